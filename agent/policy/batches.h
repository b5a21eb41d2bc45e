#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace imprint::policy {

/// Who alone can have written an image: the number of a user. Nothing: several may have, or nobody
/// knows.
using SoleWriter = std::optional<std::uint32_t>;

/// Which images may be read by one machine, for `machines` that read side by side: the numbers of
/// the images, each once, in order within a batch. Images of different writers never share one, and
/// an image without a sole writer has one of its own, because an image that takes over the machine
/// can change what is found of those after it. Pure.
std::vector<std::vector<std::size_t>> plan_batches(const std::vector<SoleWriter>& writers,
                                                   std::size_t machines);

}  // namespace imprint::policy

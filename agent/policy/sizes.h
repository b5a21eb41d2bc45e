#pragma once
// How large disks are and how much space work needs. Pure.

#include <cstdint>
#include <optional>

#include "agent/model/image.h"

namespace imprint::policy {

/// Bytes of the system disk of a new machine: the image's size unless more is asked for.
/// Errc::invalid: less is asked for than the image needs.
Result<std::uint64_t> system_disk_size(const Image& image, std::optional<std::uint64_t> requested);

/// Bytes of the system disk after a reimage: the larger of the old one and the image, unless
/// another size is asked for. Errc::invalid as above.
Result<std::uint64_t> reimaged_disk_size(std::uint64_t old_size, const Image& image,
                                         std::optional<std::uint64_t> requested);

/// Errc::exhausted, with the figures, unless `free` covers `needed` beside the bytes that are kept
/// for machines that run and for the databases.
Result<> require_space(std::uint64_t free, std::uint64_t needed, std::uint64_t kept);

}  // namespace imprint::policy

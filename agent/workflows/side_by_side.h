#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "agent/base/result.h"

namespace imprint::workflows {

/// Does `work(0)` to `work(count - 1)`, at most `at_once` side by side on threads of their own, and
/// waits for all, also after a failure: what is left half done must be known to be so. The
/// outcomes, in order. A single one is done on the calling thread.
std::vector<Result<>> side_by_side(std::size_t count, std::size_t at_once,
                                   const std::function<Result<>(std::size_t)>& work);

}  // namespace imprint::workflows

#pragma once

#include <utility>

#include "agent/base/result.h"

namespace imprint {

/// What the exception that is being handled says, as an error: `exhausted` for memory, the system's
/// code for what the system refused (a thread that it has no room for is `exhausted`, too),
/// `internal` for anything else, which is a fault of this program. Call within a catch block.
[[nodiscard]] Error error_of_exception();

/// The result of `work`; what it throws becomes an error. For the edges of a job, of a request and
/// of a thread: only there it is known what a fault must not end.
template <class Work>
auto guarded(Work&& work) -> decltype(work()) {
  try {
    return std::forward<Work>(work)();
  } catch (...) {
    return error_of_exception();
  }
}

}  // namespace imprint

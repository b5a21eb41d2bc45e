#include "agent/workflows/side_by_side.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <system_error>
#include <thread>

namespace imprint::workflows {

std::vector<Result<>> side_by_side(std::size_t count, std::size_t at_once,
                                   const std::function<Result<>(std::size_t)>& work) {
  std::vector<Result<>> outcomes(count);
  std::vector<std::exception_ptr> thrown(count);
  std::atomic<std::size_t> next = 0;
  const auto take = [&] {
    for (std::size_t i = next++; i < count; i = next++) {
      try {
        outcomes[i] = work(i);
      } catch (...) {  // thrown again on the caller's thread, where faults of ours are caught
        thrown[i] = std::current_exception();
      }
    }
  };
  {
    std::vector<std::jthread> others;
    try {
      for (std::size_t i = 1; i < std::min(count, at_once); ++i) others.emplace_back(take);
    } catch (const std::system_error&) {
      // Fewer at once, where the host has no room for more threads.
    }
    take();
  }
  for (const auto& fault : thrown)
    if (fault) std::rethrow_exception(fault);
  return outcomes;
}

}  // namespace imprint::workflows

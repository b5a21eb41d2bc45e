#pragma once

#include <chrono>
#include <cstdint>

namespace imprint::inspect {

/// Milliseconds since it was made or last asked.
class Stopwatch {
 public:
  std::int64_t lap() {
    const auto now = std::chrono::steady_clock::now();
    const auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(now - start_);
    start_ = now;
    return passed.count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace imprint::inspect

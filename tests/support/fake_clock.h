#pragma once

#include <atomic>
#include <chrono>
#include <thread>

#include "agent/ports/clock.h"

namespace imprint::test {

/// A clock that is set by hand; sleeping moves it on and takes no time. Thread-safe.
class FakeClock : public Clock {
 public:
  [[nodiscard]] std::chrono::system_clock::time_point now() const override {
    return std::chrono::system_clock::time_point{std::chrono::milliseconds{milliseconds_}};
  }
  void sleep(std::chrono::milliseconds duration) override {
    milliseconds_ += duration.count();
    std::this_thread::yield();
  }
  void advance(std::chrono::milliseconds duration) { milliseconds_ += duration.count(); }

 private:
  std::atomic<std::int64_t> milliseconds_ = 1'800'000'000'000;  // 2027-01-15
};

}  // namespace imprint::test

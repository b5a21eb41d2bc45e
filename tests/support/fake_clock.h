#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>

#include "agent/ports/clock.h"

namespace imprint::test {

/// A clock that is set by hand; sleeping moves it on and takes no time. Thread-safe.
class FakeClock : public Clock {
 public:
  [[nodiscard]] std::chrono::system_clock::time_point now() const override {
    return std::chrono::system_clock::time_point{
        std::chrono::milliseconds{first_ + passed_ + set_}};
  }
  [[nodiscard]] std::chrono::milliseconds uptime() const override {
    return std::chrono::milliseconds{passed_};
  }
  void sleep(std::chrono::milliseconds duration) override {
    advance(duration);
    std::this_thread::yield();
  }
  void advance(std::chrono::milliseconds duration) { passed_ += duration.count(); }
  /// Somebody sets the wall clock; no time passes.
  void set_ahead(std::chrono::milliseconds by) { set_ += by.count(); }

 private:
  static constexpr std::int64_t first_ = 1'800'000'000'000;  // 2027-01-15
  std::atomic<std::int64_t> passed_ = 0;
  std::atomic<std::int64_t> set_ = 0;
};

}  // namespace imprint::test

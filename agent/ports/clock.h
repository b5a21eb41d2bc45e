#pragma once

#include <chrono>
#include <string>

namespace imprint {

/// Time, so that tests can set it. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  /// Wall-clock time, for records only: somebody may set it, so nothing is measured by it.
  [[nodiscard]] virtual std::chrono::system_clock::time_point now() const = 0;
  /// Since the host's start, the time that it was suspended too (CLOCK_BOOTTIME): nobody sets it.
  [[nodiscard]] virtual std::chrono::milliseconds uptime() const = 0;
  /// Sleeps, or returns at once in tests that set the time.
  virtual void sleep(std::chrono::milliseconds duration) = 0;
};

/// The system's clock.
class SystemClock : public Clock {
 public:
  [[nodiscard]] std::chrono::system_clock::time_point now() const override;
  [[nodiscard]] std::chrono::milliseconds uptime() const override;
  void sleep(std::chrono::milliseconds duration) override;
};

/// "2026-08-31T12:00:00Z": RFC 3339, UTC, whole seconds.
std::string format_time(std::chrono::system_clock::time_point time);
/// "2026-08-31T12:00:00.250Z": the same in milliseconds, for what a step took.
std::string format_moment(std::chrono::system_clock::time_point time);
/// The inverse of both; the epoch for a text that is no such time.
std::chrono::system_clock::time_point parse_time(const std::string& text);

}  // namespace imprint

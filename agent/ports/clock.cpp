#include "agent/ports/clock.h"

#include <fmt/chrono.h>
#include <time.h>

#include <charconv>
#include <string_view>
#include <thread>

namespace imprint {

using std::chrono::milliseconds;

std::chrono::system_clock::time_point SystemClock::now() const {
  return std::chrono::system_clock::now();
}

milliseconds SystemClock::uptime() const {
  timespec since{};
  ::clock_gettime(CLOCK_BOOTTIME, &since);
  return std::chrono::seconds{since.tv_sec} +
         std::chrono::duration_cast<milliseconds>(std::chrono::nanoseconds{since.tv_nsec});
}

void SystemClock::sleep(std::chrono::milliseconds duration) {
  std::this_thread::sleep_for(duration);
}

std::string format_time(std::chrono::system_clock::time_point time) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

std::string format_moment(std::chrono::system_clock::time_point time) {
  const auto since = std::chrono::floor<milliseconds>(time.time_since_epoch());
  std::string text = format_time(time);
  return text.insert(text.size() - 1, fmt::format(".{:03}", since.count() % 1000));
}

std::chrono::system_clock::time_point parse_time(const std::string& text) {
  std::tm fields{};
  const char* rest = ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &fields);
  if (rest == nullptr) return {};
  int fraction = 0;
  const char* end = text.c_str() + text.size();
  if (*rest == '.' && end - rest == std::ssize(std::string_view{".000Z"})) {
    const auto [stopped, fault] = std::from_chars(rest + 1, end - 1, fraction);
    rest = fault == std::errc{} ? stopped : end;
  }
  if (std::string_view{rest} != "Z") return {};
  return std::chrono::system_clock::from_time_t(::timegm(&fields)) + milliseconds{fraction};
}

}  // namespace imprint

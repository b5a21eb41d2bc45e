#include "agent/base/file_version.h"

#include <sys/stat.h>
#include <time.h>

#include <cerrno>
#include <chrono>
#include <thread>
#include <utility>

namespace imprint {
namespace {

constexpr std::chrono::milliseconds pause{2};
constexpr int most_pauses = 20;  // a step is 10 ms at most; a time of the future is not waited for

std::string text_of(const struct timespec& time) {
  return fmt::format("{}.{:09}", time.tv_sec, time.tv_nsec);
}

/// By the clock that the kernel dates changes with.
bool was_changed_in_this_step(const struct timespec& change) {
  struct timespec now {};
  ::clock_gettime(CLOCK_REALTIME_COARSE, &now);
  return std::pair{now.tv_sec, now.tv_nsec} <= std::pair{change.tv_sec, change.tv_nsec};
}

}  // namespace

Result<std::string> file_version(const std::filesystem::path& path) {
  struct stat info {};
  for (int pauses = 0;; ++pauses) {
    if (::stat(path.c_str(), &info) != 0)
      return system_error(errno, "file '" + path.string() + "'");
    if (pauses == most_pauses || !was_changed_in_this_step(info.st_ctim)) break;
    std::this_thread::sleep_for(pause);
  }
  return fmt::format("{}:{}:{}:{}:{}", info.st_dev, info.st_ino, info.st_size,
                     text_of(info.st_mtim), text_of(info.st_ctim));
}

}  // namespace imprint

#include "agent/base/log_sink.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace imprint {
namespace {

bool is_socket(int descriptor) {
  struct stat info {};
  return ::fstat(descriptor, &info) == 0 && S_ISSOCK(info.st_mode);
}

/// O_NONBLOCK belongs to the open file, which other processes may share: so it is opened anew. A
/// socket cannot be, but has send(2) with MSG_DONTWAIT.
Fd reopen(int descriptor) {
  return Fd{::open(fmt::format("/proc/self/fd/{}", descriptor).c_str(),
                   O_WRONLY | O_APPEND | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)};
}

}  // namespace

LogSink::LogSink(int descriptor, std::chrono::milliseconds patience)
    : descriptor_(descriptor),
      patience_(patience),
      is_socket_(is_socket(descriptor)),
      own_(is_socket_ ? Fd{} : reopen(descriptor)) {}

void LogSink::sink_it_(const spdlog::details::log_msg& message) {
  spdlog::memory_buf_t line;
  // In one write, or a room that is too small for lines would fill up with warnings.
  if (missing_ > 0) format_missing(message, line);
  formatter_->format(message, line);
  if (finish_line() && write_line({line.data(), line.size()})) {
    missing_ = 0;
  } else {
    ++missing_;
  }
}

void LogSink::format_missing(const spdlog::details::log_msg& now, spdlog::memory_buf_t& to) {
  const std::string text =
      fmt::format("lines missing here, because nobody took them: {}, continuing", missing_);
  formatter_->format({now.logger_name, spdlog::level::warn, text}, to);
}

bool LogSink::finish_line() {
  unfinished_.erase(0, write_what_fits(unfinished_));
  return unfinished_.empty();
}

bool LogSink::write_line(std::string_view line) {
  const std::size_t written = write_what_fits(line);
  if (written == 0) return false;
  unfinished_ = line.substr(written);
  return true;
}

std::size_t LogSink::write_what_fits(std::string_view bytes) {
  std::size_t written = 0;
  bool waited = false;  // once for each part: room that is promised and not given is no room
  while (written < bytes.size()) {
    const ssize_t count = write_some(bytes.substr(written));
    if (count > 0) {
      written += static_cast<std::size_t>(count);
      stuck_ = waited = false;
    } else if (count == 0 || errno != EINTR) {
      if (errno != EAGAIN || waited || !wait_for_room()) break;
      waited = true;
    }
  }
  return written;
}

ssize_t LogSink::write_some(std::string_view bytes) {
  if (is_socket_) {
    return ::send(descriptor_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  }
  // A descriptor that cannot be opened anew, as one of another user: its writes may wait.
  return ::write(own_.valid() ? own_.get() : descriptor_, bytes.data(), bytes.size());
}

bool LogSink::wait_for_room() {
  pollfd room{own_.valid() ? own_.get() : descriptor_, POLLOUT, 0};
  if (!stuck_) stuck_ = ::poll(&room, 1, static_cast<int>(patience_.count())) <= 0;
  return !stuck_;
}

}  // namespace imprint

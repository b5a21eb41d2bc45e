#include "tests/support/failpoints/failpoints.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "tests/support/failpoints/control.h"

// Only raw system calls are made here: the wrapped functions would come back to this file.

namespace imprint::failpoints {
namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

Control* map_control() {
  const std::string path = variable("IMPRINT_FAILPOINTS_CONTROL");
  if (path.empty()) return nullptr;
  const long fd = ::syscall(SYS_openat, AT_FDCWD, path.c_str(), O_RDWR | O_CLOEXEC);
  if (fd < 0) return nullptr;
  void* memory =
      ::mmap(nullptr, sizeof(Control), PROT_READ | PROT_WRITE, MAP_SHARED, static_cast<int>(fd), 0);
  ::syscall(SYS_close, fd);
  return memory == MAP_FAILED ? nullptr : static_cast<Control*>(memory);
}

struct Settings {
  Control* control = map_control();
  std::string scope = variable("IMPRINT_FAILPOINTS_SCOPE");
  std::string trace = variable("IMPRINT_FAILPOINTS_TRACE");
  pid_t process = ::getpid();  // a child between fork and exec is not counted
};

const Settings& settings() {
  static const Settings once;
  return once;
}

void write_trace(int number, std::string_view call, std::string_view path) {
  const Settings& set = settings();
  if (set.trace.empty()) return;
  std::array<char, 640> line{};
  const int length = std::snprintf(line.data(), line.size(), "%d %.*s %.*s\n", number,
                                   static_cast<int>(call.size()), call.data(),
                                   static_cast<int>(path.size()), path.data());
  const long fd = ::syscall(SYS_openat, AT_FDCWD, set.trace.c_str(),
                            O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  ::syscall(SYS_write, fd, line.data(), length);
  ::syscall(SYS_close, fd);
}

void sleep_for(int milliseconds) {
  const timespec time{milliseconds / 1000, (milliseconds % 1000) * 1'000'000L};
  ::syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &time, nullptr);
}

bool refuses(Action action, Kind kind) {
  return action == Action::fail || (action == Action::broken && kind == Kind::space) ||
         (action == Action::crowded && kind == Kind::start);
}

int act(Control& control, Kind kind, int number) {
  const auto action = static_cast<Action>(control.action.load());
  const bool here = number == control.at;
  const bool meant = refuses(action, kind);
  const bool later = meant && action != Action::fail && number > control.at;
  if (action == Action::slow) sleep_for(control.error);
  if (action == Action::none || action == Action::slow || (!here && !later)) return 0;
  ++control.fired;
  if (action == Action::kill) {
    ::syscall(SYS_kill, settings().process, SIGKILL);
    for (;;) sleep_for(1000);
  }
  if (action == Action::delay) {
    sleep_for(control.error);
    return 0;
  }
  return meant ? control.error.load() : 0;
}

int count(const char* call, Kind kind, std::string_view path) {
  Control& control = *settings().control;
  const int number = control.count++;
  write_trace(number, call, path);
  return act(control, kind, number);
}

bool is_armed() {
  const Settings& set = settings();
  return set.control != nullptr && set.control->armed != 0 && ::syscall(SYS_getpid) == set.process;
}

}  // namespace

std::string path_of(int fd) {
  std::array<char, 32> link{};
  std::snprintf(link.data(), link.size(), "/proc/self/fd/%d", fd);
  std::array<char, 4096> path{};
  const long length =
      ::syscall(SYS_readlinkat, AT_FDCWD, link.data(), path.data(), path.size() - 1);
  return length > 0 ? std::string{path.data(), static_cast<std::size_t>(length)} : std::string{};
}

int pass(const char* call, Kind kind, const char* path, int folder) {
  const int before = errno;
  int problem = 0;
  if (is_armed()) {
    std::string whole = path;
    if (!whole.starts_with('/') && folder != AT_FDCWD) whole = path_of(folder) + "/" + whole;
    if (whole.starts_with(settings().scope)) problem = count(call, kind, whole);
  }
  errno = before;
  return problem;
}

int pass(const char* call, Kind kind, int fd) {
  const int before = errno;
  int problem = 0;
  if (is_armed()) {
    const std::string path = path_of(fd);
    if (path.starts_with(settings().scope)) problem = count(call, kind, path);
  }
  errno = before;
  return problem;
}

int pass(const char* call, Kind kind) {
  const int before = errno;
  const int problem = is_armed() ? count(call, kind, "") : 0;
  errno = before;
  return problem;
}

int refusal_of_threads() {
  if (!is_armed()) return 0;
  const Control& control = *settings().control;
  const bool crowded = static_cast<Action>(control.action.load()) == Action::crowded;
  return crowded && control.count > control.at ? control.error.load() : 0;
}

}  // namespace imprint::failpoints

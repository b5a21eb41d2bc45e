// Says in the log where the process was when a signal killed it, so that a death within a library
// is told apart from one of our own. The product has no such handler: it leaves that to the host's
// core dumps.

#include <execinfo.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <string_view>

namespace {

using Frames = std::array<void*, 64>;

/// SA_RESETHAND has put the default back, so the second one kills.
void tell(int signal) {
  constexpr std::string_view head = "imprint-failpoints: died at\n";
  Frames frames{};
  const int count = ::backtrace(frames.data(), frames.size());
  // Not write(), which is a point.
  ::syscall(SYS_write, STDERR_FILENO, head.data(), head.size());
  ::backtrace_symbols_fd(frames.data(), count, STDERR_FILENO);
  ::raise(signal);
}

[[gnu::constructor]] void listen() {
  Frames frames{};
  ::backtrace(frames.data(), frames.size());  // loads what it needs, which a handler must not
  struct sigaction action {};
  action.sa_handler = tell;
  action.sa_flags = static_cast<int>(SA_RESETHAND | SA_NODEFER);
  for (const int signal : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT})
    ::sigaction(signal, &action, nullptr);
}

}  // namespace

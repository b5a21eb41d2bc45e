#include "agent/cli/signal_watch.h"

#include <signal.h>

#include <array>
#include <atomic>
#include <cstddef>

namespace imprint::cli {
namespace {

constexpr std::array watched{SIGINT, SIGTERM, SIGHUP};

// A handler reaches nothing else.
std::atomic<int> last{0};
static_assert(std::atomic<int>::is_always_lock_free);
std::array<struct sigaction, watched.size()> before;

void remember(int signal) {
  last = signal;
}

}  // namespace

SignalWatch::SignalWatch() {
  last = 0;
  struct sigaction action {};
  action.sa_handler = remember;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  for (std::size_t i = 0; i < watched.size(); ++i) {
    ::sigaction(watched[i], nullptr, &before[i]);
    if (before[i].sa_handler != SIG_IGN) ::sigaction(watched[i], &action, nullptr);
  }
}

SignalWatch::~SignalWatch() {
  for (std::size_t i = 0; i < watched.size(); ++i) ::sigaction(watched[i], &before[i], nullptr);
}

int SignalWatch::caught() const noexcept {
  return last;
}

void SignalWatch::end_by(int signal) {
  if (signal != 0) ::raise(signal);
}

}  // namespace imprint::cli

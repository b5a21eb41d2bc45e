#include "agent/workflows/confirm.h"

#include "agent/workflows/console_text.h"
#include "agent/workflows/machine.h"

namespace imprint::workflows {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds poll_interval{1000};
constexpr seconds agent_wait{2};
constexpr int polls_of_none = 3;  // a machine that dies at once is seen
constexpr std::size_t lines_told = 12;
constexpr const char* cloud_init_done = R"(Cloud-init v\. .* finished at )";

/// Looks at one machine again and again. `Sign` says whether its guest has come up.
class Watchman {
 public:
  Watchman(Run& run, const std::string& uuid, const ConfirmSignal& signal)
      : run_{run}, uuid_{uuid}, signal_{signal} {}

  Result<> watch() {
    if (signal_.kind == ConfirmKind::console || signal_.kind == ConfirmKind::cloud_init)
      pattern_ = TRY(Pattern::compile(signal_.kind == ConfirmKind::console ? signal_.pattern
                                                                           : cloud_init_done));
    run_.note(fmt::format("waits for {}", sign()));
    milliseconds waited{0};
    while (true) {
      TRY(look());
      const auto began = std::chrono::steady_clock::now();
      if (came_up()) return {};
      if (const auto fault = find_boot_fault(console_)) return did_not_come_up(*fault);
      waited += std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - began);
      if (waited >= signal_.limit)
        return did_not_come_up(
            fmt::format("{} did not come within {} s", sign(), signal_.limit.count()));
      TRY(run_.pause(poll_interval));
      waited += poll_interval;
    }
  }

 private:
  /// Reads state and console. An error: the machine is in no state in which its guest can come up.
  Result<> look() {
    const MachineState state = TRY(ask_state(run_, uuid_));
    console_ = TRY(run_.insist(
        "hypervisor", [&] { return run_.ports.hypervisor.console_tail(uuid_, console_window); }));
    switch (state.power) {
      case PowerState::crashed:
        return did_not_come_up("the guest crashed: " + state.reason);
      case PowerState::stopped:
        return did_not_come_up("the machine stopped by itself: " + state.reason);
      case PowerState::absent:
        return did_not_come_up("the machine is not defined any more");
      default:
        running_ = state.power == PowerState::running;
        return {};
    }
  }

  bool came_up() {
    if (!running_) return false;
    if (signal_.kind == ConfirmKind::agent)
      return run_.ports.hypervisor.ping_agent(uuid_, agent_wait).has_value();
    if (signal_.kind == ConfirmKind::none) return ++polls_ >= polls_of_none;
    return shows(console_, *pattern_);
  }

  std::string sign() const {
    switch (signal_.kind) {
      case ConfirmKind::agent:
        return "an answer of the guest agent";
      case ConfirmKind::console:
        return fmt::format("a console line matching '{}'", signal_.pattern);
      case ConfirmKind::cloud_init:
        return "the end of cloud-init on the console";
      case ConfirmKind::none:
        break;
    }
    return "the machine to run";
  }

  Error did_not_come_up(const std::string& why) const {
    const std::string tail = printable_tail(console_, lines_told);
    return make_error(Errc::unavailable, "the guest did not come up: {}; {}{}", why,
                      tail.empty() ? "its console is empty" : "the end of its console: ", tail);
  }

  Run& run_;
  const std::string& uuid_;
  const ConfirmSignal& signal_;
  std::optional<Pattern> pattern_;
  std::string console_;
  bool running_ = false;
  int polls_ = 0;
};

}  // namespace

Result<> confirm_boot(Run& run, const std::string& uuid, const ConfirmSignal& signal) {
  auto confirmed = Watchman{run, uuid, signal}.watch();
  run.note("");
  return confirmed;
}

Result<> check_signal(const ConfirmSignal& signal) {
  if (signal.kind == ConfirmKind::console) TRY(Pattern::compile(signal.pattern));
  return {};
}

}  // namespace imprint::workflows

#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "agent/ports/hypervisor.h"

namespace imprint {

/// How long a caller waits before it is told that the answer is not known.
struct CallLimits {
  std::chrono::milliseconds look{std::chrono::seconds{15}};  ///< calls that change nothing
  std::chrono::milliseconds change{std::chrono::seconds{120}};
  std::size_t most_calls = 48;  ///< at once; each has a thread while it lasts
};

/// Any hypervisor, each of whose calls returns in time: a daemon, a driver or a QEMU that hangs
/// holds up no caller. `stop` and `ping_agent` get their own time on top of the limit. Errors
/// beside those of the port, all Errc::unavailable: the limit passed (what the call does is
/// unknown), the call threw (so is it then), too many calls hang, an earlier change of the same
/// machine has not come back. The last one is why a change that was given up can never take effect
/// in the middle of a later one. Thread-safe.
class TimedHypervisor : public Hypervisor {
 public:
  explicit TimedHypervisor(std::shared_ptr<Hypervisor> inner, CallLimits limits = {});
  /// Waits a few seconds for calls under way. One that lasts longer keeps the inner hypervisor
  /// until it returns.
  ~TimedHypervisor() override;
  /// From now on nobody waits: calls under way return at once, their answers unknown, and no other
  /// is begun. For an agent that ends.
  void give_up();
  TimedHypervisor(const TimedHypervisor&) = delete;
  TimedHypervisor& operator=(const TimedHypervisor&) = delete;

  Result<HypervisorInfo> info() override;
  Result<> define(const Machine& machine) override;
  Result<> undefine(const std::string& uuid) override;
  Result<> start(const std::string& uuid) override;
  Result<StopOutcome> stop(const std::string& uuid, std::chrono::seconds grace) override;
  Result<> swap_system_disk(const Machine& machine, const std::string& expected_system) override;
  Result<MachineState> state(const std::string& uuid) override;
  Result<std::vector<Listed>> list() override;
  Result<std::string> console_tail(const std::string& uuid, std::size_t bytes) override;
  Result<> ping_agent(const std::string& uuid, std::chrono::seconds wait) override;
  void listen(Listener listener) override;

 private:
  class Calls;
  /// `changed`: the machine that the call changes; empty if it changes none.
  template <class T, class Call>
  Result<T> call(std::string_view what, const std::string& changed, std::chrono::milliseconds limit,
                 Call body);

  std::shared_ptr<Hypervisor> inner_;
  CallLimits limits_;
  std::shared_ptr<Calls> calls_;
};

}  // namespace imprint

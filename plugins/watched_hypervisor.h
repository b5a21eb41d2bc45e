#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include "agent/ports/hypervisor.h"

namespace imprint {

struct WatchTimes {
  std::chrono::milliseconds relist{std::chrono::seconds{5}};
  std::chrono::milliseconds retry{std::chrono::milliseconds{500}};  ///< while it does not answer
  std::chrono::milliseconds stale{std::chrono::seconds{10}};  ///< older sights count as unknown
  /// A machine that stops is told of only if it is still stopped after this: a reboot is no stop.
  std::chrono::milliseconds settle{std::chrono::seconds{3}};
};

/// Any hypervisor, whose list() and info() answer at once from what was seen last, however slow it
/// is; while it does not answer they are Errc::unavailable with the reason. What was seen is kept
/// true by its events, by a full look every few seconds and after each reconnection, and by what
/// the calls made through here tell. An event is only a hint: the machine is then asked. All other
/// calls pass through. `inner` must outlive it. Thread-safe.
class WatchedHypervisor : public Hypervisor {
 public:
  /// Looks once before it returns.
  explicit WatchedHypervisor(Hypervisor& inner, WatchTimes times = {});
  ~WatchedHypervisor() override;
  WatchedHypervisor(const WatchedHypervisor&) = delete;
  WatchedHypervisor& operator=(const WatchedHypervisor&) = delete;

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
  /// Told of changes that have settled, each once; "rebooted" for a machine that went down and came
  /// up again in between.
  void listen(Listener listener) override;

 private:
  using Time = std::chrono::steady_clock::time_point;
  struct Seen {
    Listed machine;
    std::int64_t noted = 0;  ///< number of the note; a listing that began before it is older
    std::string reason;
    Time since{};  ///< of the power state
    PowerState told = PowerState::unknown;
    bool dipped = false;  ///< it was down since it was last told of
  };

  void watch();
  void hear(const MachineEvent& event);
  void look_at_all();
  void look_at(const std::string& uuid);
  /// What was looked at, of a machine that is known already.
  void note_power(const std::string& uuid, PowerState power, const std::string& reason);
  /// What was just done to a machine of ours. It counts from now on, even if the first listing,
  /// which may be under way, still tells what was true before.
  void note_change(const std::string& uuid, PowerState power, const std::string& reason);
  void note_locked(const Listed& machine, const std::string& reason);
  [[nodiscard]] Result<> require_fresh() const;
  /// Says why nothing is known, if that is what the failed call tells.
  void note_failure(const Error& error);
  void tell_settled();
  std::vector<MachineEvent> take_settled();

  Hypervisor& inner_;
  const WatchTimes times_;
  std::mutex mutex_;  ///< of all down to answered_
  std::condition_variable wake_;
  bool stopping_ = false;
  bool relist_ = false;
  std::set<std::string> hints_;  ///< machines that events spoke of
  std::int64_t notes_ = 0;
  std::map<std::string, Seen> seen_;
  Result<HypervisorInfo> info_ = Error{Errc::unavailable, "the hypervisor was not asked yet"};
  Result<> answers_ = Error{Errc::unavailable, "the hypervisor was not asked yet"};
  Time answered_{};  ///< when it last listed its machines
  std::mutex listener_mutex_;
  Listener listener_;
  std::thread watcher_;  ///< last: it uses all the others
};

}  // namespace imprint

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
  std::chrono::milliseconds first{
      std::chrono::seconds{1}};  ///< most that the start waits for a look
};

/// Any hypervisor, whose list() and info() answer at once from what was seen last, however slow it
/// is; while it does not answer they are Errc::unavailable with the reason. What was seen is kept
/// true by its events, by a full look every few seconds and after each reconnection, and by what
/// the calls made through here tell. An event is only a hint: the machine is then asked. All other
/// calls pass through. `inner` must outlive it. Thread-safe.
class WatchedHypervisor : public Hypervisor {
 public:
  /// Waits a moment for the first look. As long as that lasts, nothing is known.
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
    Time since{};  ///< of the power state, or of a sign that it has changed
    PowerState told = PowerState::unknown;
    bool dipped = false;  ///< it was down since it was last told of
  };

  void watch();
  /// Waits until there is something to look at or to tell. False when stopping.
  bool wait_for_work(Time next_relist);
  /// When the next change will have settled; the end of time if there is none.
  [[nodiscard]] Time next_settled() const;
  void hear(const MachineEvent& event);
  void look_at_all();
  /// What the hypervisor is, which changes only while it does not answer.
  void learn_info();
  void look_at(const std::string& uuid);
  /// What was looked at, of a machine that is known already.
  void note_power(const std::string& uuid, PowerState power, const std::string& reason);
  /// What was just done to a machine of ours. It counts from now on, even if the first listing,
  /// which may be under way, still tells what was true before.
  void note_change(const std::string& uuid, PowerState power, const std::string& reason);
  void note_locked(const Listed& machine, const std::string& reason);
  void note_listing(const std::vector<Listed>& listed, std::int64_t before);
  [[nodiscard]] Result<> require_fresh() const;
  /// Says why nothing is known, if that is what the failed call tells.
  void note_failure(const Error& error);
  void tell_settled();
  [[nodiscard]] static bool is_news(const Seen& seen);
  [[nodiscard]] Time settled_at(const Seen& seen) const;
  std::vector<MachineEvent> take_settled();

  Hypervisor& inner_;
  const WatchTimes times_;
  std::mutex mutex_;  ///< of all down to answered_
  std::condition_variable wake_;
  std::condition_variable looked_;  ///< the first look has ended
  bool looked_once_ = false;
  bool stopping_ = false;
  bool relist_ = false;
  bool changed_ = false;  ///< there may be something to tell of
  bool ask_info_ = true;
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

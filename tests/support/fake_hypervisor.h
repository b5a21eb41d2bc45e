#pragma once
// A hypervisor in memory that keeps the port's contract (tests/support/hypervisor_conformance.h
// holds it to that), with guests that boot, hang or panic as told, and with faults on order.
// docs/writing-a-plugin.md uses it as its example.

#include <chrono>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/ports/hypervisor.h"

namespace imprint::test {

/// What the guest on a disk does when it is started.
struct Guest {
  PowerState becomes = PowerState::running;    ///< crashed: it panics at once
  std::string console = "fake guest login: ";  ///< all that it ever prints
  bool agent = true;                           ///< a guest agent answers
  bool honours_shutdown = true;                ///< goes down when asked

  static Guest boots(std::string console = "fake guest login: ") {
    return {.console = std::move(console)};
  }
  static Guest hangs() {
    return {.console = "Loading ...", .agent = false, .honours_shutdown = false};
  }
  static Guest panics() {
    return {PowerState::crashed, "Kernel panic - not syncing: VFS: Unable to mount root fs", false,
            false};
  }
  static Guest finds_no_disk() {
    return {.console = "No bootable device.", .agent = false, .honours_shutdown = false};
  }
};

/// Thread-safe. The listener is called on the thread whose call made the change, before that call
/// returns.
class FakeHypervisor : public Hypervisor {
 public:
  enum class Call {
    info,
    define,
    undefine,
    start,
    stop,
    swap,
    state,
    list,
    console_tail,
    ping_agent
  };

  /// The next call of this kind fails with the error and has no effect. More of them queue up.
  void fail_next(Call call, Error error);
  /// The next call of this kind takes effect, but its answer is lost: Errc::unavailable.
  void lose_answer(Call call);
  /// Until reconnect every call is Errc::unavailable, without effect; machines run on.
  void disconnect();
  void reconnect();

  /// The guest of every system disk whose path or base_path contains `fragment`; the last one told
  /// wins. Other disks boot.
  void set_guest(const std::string& fragment, Guest guest);
  /// The guest of a running machine panics now.
  void panic(const std::string& uuid);
  /// The guest of a running machine powers itself off now.
  void power_off(const std::string& uuid);
  /// Replaces the console of a running machine.
  void set_console(const std::string& uuid, const std::string& text);
  /// A machine without our mark.
  void add_foreign(const std::string& uuid, const std::string& name);

  /// The definition; none: no such machine.
  std::optional<Machine> machine(const std::string& uuid);
  /// How often a machine was started: for "the instance never noticed".
  int starts(const std::string& uuid);
  /// Names of the calls so far, in order, with the UUID after a space: "start 1b4e...".
  std::vector<std::string> calls();

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
  struct Entry {
    Machine machine;
    bool ours = true;
    PowerState power = PowerState::stopped;
    std::string reason{};
    std::string
        running_system{};  ///< the path of the disk that the running machine was started from
    Guest guest{};
    std::string console{};
    int starts = 0;
  };
  struct Fault {
    Call call;
    std::optional<Error> error;  ///< none: the answer is lost
  };

  /// Runs `effect` under the lock with the faults on order, then tells the listener what it
  /// changed.
  template <class T, class Effect>
  Result<T> perform(Call call, const std::string& uuid, Effect effect);
  std::optional<Fault> take_fault(Call call);
  /// Errc::not_found, or Errc::denied for a machine without our mark.
  Result<Entry*> find(const std::string& uuid);
  Guest guest_of(const Disk& disk) const;
  void change(Entry& entry, PowerState power, const std::string& reason);
  void tell();

  Result<> define_locked(const Machine& machine);
  Result<> start_locked(const std::string& uuid);
  Result<StopOutcome> stop_locked(const std::string& uuid, std::chrono::seconds grace);
  Result<> swap_locked(const Machine& machine, const std::string& expected_system);

  std::mutex mutex_;
  bool connected_ = true;
  std::map<std::string, Entry> machines_;
  std::vector<std::pair<std::string, Guest>> guests_;
  std::deque<Fault> faults_;
  std::vector<std::string> calls_;
  std::vector<MachineEvent> untold_;
  Listener listener_;
};

}  // namespace imprint::test

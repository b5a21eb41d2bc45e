#pragma once
// What Imprint needs of a hypervisor. plugins/libvirt implements it; docs/writing-a-plugin.md tells
// how to write another.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/model/disk.h"
#include "agent/model/instance.h"

namespace imprint {

/// A machine to be defined. Everything is spelled out; the hypervisor guesses nothing.
struct Machine {
  InstanceId instance;
  std::string uuid;
  std::string name;  ///< of the instance, for people; the domain's name is the instance id
  int cpus = 1;
  std::uint64_t memory = 0;  ///< bytes
  Firmware firmware = Firmware::bios;
  std::optional<std::string> network;
  std::string mac;
  Disk system;
  Disk seed;
  std::vector<Disk> data_disks;
  std::filesystem::path console_log;
  std::int64_t generation = 0;  ///< of the instance record; stored in our mark
};

Machine machine_of(const Instance& instance, const std::filesystem::path& console_log);

struct MachineState {
  PowerState power = PowerState::unknown;
  std::string reason;       ///< the hypervisor's word for it: "panicked", "I/O error"
  std::string system_path;  ///< the system disk of the running machine, or of its definition when
                            ///< it is stopped
};

struct MachineEvent {
  std::string uuid;
  PowerState power = PowerState::unknown;
  std::string reason;
};

enum class StopOutcome { was_stopped, graceful, forced };

struct HypervisorInfo {
  std::string version;      ///< "libvirt 9.0.0, QEMU 7.2.22"
  std::string accelerator;  ///< "kvm" or "tcg"
  std::string accelerator_why;
};

/// Thread-safe. Errors of all calls beside those named: unavailable (no connection, or the answer
/// was lost: what is true now must be asked anew), denied (a machine without our mark is never
/// touched), internal.
class Hypervisor {
 public:
  virtual ~Hypervisor() = default;

  virtual Result<HypervisorInfo> info() = 0;

  /// Defines the machine, stopped. Defining the same again is fine. Errc::conflict: a machine of
  /// that UUID or name exists that is not ours; invalid: refused by validation.
  virtual Result<> define(const Machine& machine) = 0;
  /// Removes a stopped machine's definition; its disks stay. A machine that does not exist is fine.
  /// Errc::conflict: it runs.
  virtual Result<> undefine(const std::string& uuid) = 0;

  /// Success when QEMU runs. A running machine is fine.
  virtual Result<> start(const std::string& uuid) = 0;
  /// Asks the guest to shut down, again every few seconds, and ends it by force after `grace`.
  /// Success means that no QEMU of it is left and its disks may be touched. A stopped machine is
  /// fine.
  virtual Result<StopOutcome> stop(const std::string& uuid, std::chrono::seconds grace) = 0;

  /// Puts another system disk, seed and firmware into the definition of a stopped machine:
  /// `machine` is the whole new definition; nothing else may differ from the present one, data
  /// disks above all. `expected_system` is the path of the system disk that is in it now. Already
  /// swapped is fine. Errc::conflict: it runs, or another disk is in it.
  virtual Result<> swap_system_disk(const Machine& machine, const std::string& expected_system) = 0;

  /// `power` is absent for a machine that does not exist; Errc::unavailable when that cannot be
  /// known.
  virtual Result<MachineState> state(const std::string& uuid) = 0;

  struct Listed {
    std::string uuid;
    std::string instance;  ///< from our mark
    PowerState power = PowerState::unknown;
  };
  /// All machines with our mark.
  virtual Result<std::vector<Listed>> list() = 0;

  /// The last `bytes` of the serial console since the last start; empty if nothing came yet.
  virtual Result<std::string> console_tail(const std::string& uuid, std::size_t bytes) = 0;
  /// Success: the guest agent answered within `wait`. Errc::unavailable: it did not.
  virtual Result<> ping_agent(const std::string& uuid, std::chrono::seconds wait) = 0;

  using Listener = std::function<void(const MachineEvent&)>;
  /// Calls the listener on a thread of the hypervisor's for each change of state; it must not
  /// block. One listener.
  virtual void listen(Listener listener) = 0;
};

}  // namespace imprint

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/result.h"
#include "agent/model/confirm.h"
#include "agent/model/disk.h"
#include "agent/model/ids.h"
#include "agent/model/json_fwd.h"

namespace imprint {

/// What the hypervisor says. `unknown` is never treated as absent or stopped.
enum class PowerState { running, paused, stopped, crashed, absent, unknown };
std::string_view to_string(PowerState state) noexcept;
Result<PowerState> parse_power_state(std::string_view text);

enum class Firmware { bios, uefi };
std::string_view to_string(Firmware firmware) noexcept;
Result<Firmware> parse_firmware(std::string_view text);

/// A system: what a reimage exchanges, and what a revert brings back, as one unit.
struct System {
  ImageId image;
  std::string image_name;  ///< "name@version", for people
  Disk disk;
  Disk seed;  ///< the NoCloud seed ISO
  std::string
      cloud_instance_id;  ///< cloud-init's instance-id: new exactly once per create and reimage
  Firmware firmware = Firmware::bios;
  ConfirmSignal confirm;
};

Json to_json(const System& system);
Result<System> parse_system(const Json& json, const std::string& where);

struct RetainedSystem {
  System system;
  std::string until;  ///< RFC 3339, UTC: kept at least until then, unless committed earlier
};

/// A machine as it is wanted. Its power state is not here: only the hypervisor knows it.
struct Instance {
  InstanceId id;
  std::string name;
  std::string uuid;  ///< machine_uuid(id)
  std::string node;
  std::string region;
  std::string owner;
  int cpus = 1;
  std::uint64_t memory = 0;            ///< bytes
  std::optional<std::string> network;  ///< a libvirt network; none: no network card
  std::string mac;                     ///< of the first card; stays over a reimage
  std::string hostname;
  std::vector<std::string> ssh_keys;
  System system;
  std::optional<RetainedSystem> retained;  ///< the system before the last reimage
  std::vector<Disk> data_disks;
  bool wanted_running = true;
  std::string created;
  std::int64_t generation = 1;  ///< grows with every change of this record
  int system_generation = 1;    ///< grows with every reimage; names the system disk's file
};

Json to_json(const Instance& instance);
Result<Instance> parse_instance(const Json& json);

/// An instance with what is only known now.
struct InstanceView {
  Instance instance;
  PowerState power = PowerState::unknown;
  std::optional<std::string> newer_image;  ///< "name@version" of a newer version of its image
  std::optional<JobId> open_job;
};

/// The instance's object with "power", "newer_image" and "open_job" added.
Json to_json(const InstanceView& view);
Result<InstanceView> parse_instance_view(const Json& json);

}  // namespace imprint

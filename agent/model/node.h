#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.h"
#include "agent/model/appliance_use.h"
#include "agent/model/json_fwd.h"

namespace imprint {

/// Where the world differs from the records: found and told of, never acted upon by itself.
struct Drift {
  std::string kind;     ///< one of drift_kinds
  std::string subject;  ///< the instance, machine, image or file
  std::string detail;   ///< for people

  friend bool operator==(const Drift&, const Drift&) = default;
};

inline constexpr std::array<std::string_view, 6> drift_kinds{
    "unrecorded-machine",  ///< it carries our mark, and there is no record of it
    "missing-machine",     ///< recorded and not defined
    "other-system-disk",   ///< another disk is in the machine than is recorded
    "stopped-machine",     ///< it is to run, and does not
    "unrecorded-file",     ///< below the state folder, and needed by nothing
    "faulty-image",        ///< its bytes are missing or not those that were accepted
};

/// A row of the journal or of the store that is there and cannot be read. Its bytes are left alone.
struct Damage {
  std::string name;     ///< what `imprintd --set-aside` takes: a job's id or a record's key
  std::string detail;   ///< for people: what is wrong with it
  std::string refused;  ///< for people: the orders that are refused while it stands; empty: none

  friend bool operator==(const Damage&, const Damage&) = default;
};

/// What `imprintctl node status` shows.
struct NodeStatus {
  std::string node;
  std::string region;
  std::string version;
  std::string hypervisor;  ///< "libvirt 9.0.0, QEMU 7.2.22", or why it does not answer
  bool hypervisor_ok = false;
  std::string accelerator;      ///< "kvm" or "tcg"
  std::string accelerator_why;  ///< "a guest kernel booted under KVM in 0.4 s", "probe: no output
                                ///< within 20 s"
  ApplianceUse appliance;       ///< of the last image that was read since the agent's start
  int images = 0;
  int instances = 0;
  int open_jobs = 0;
  std::uint64_t space_free = 0;  ///< bytes on the file system of the state folder
  std::uint64_t space_total = 0;
  std::uint64_t space_claimed = 0;  ///< what running jobs are about to write
  std::string space_state;          ///< "ok", "low" or "full": no job may write
  std::string read_only;            ///< why every change is refused; empty: none is for that reason
  std::vector<Damage> damage;
  std::vector<Drift> drift;
  std::string drift_checked;  ///< RFC 3339, UTC; empty: not yet
  std::string profile;
  std::string ruleset;
};

Json to_json(const NodeStatus& status);
Result<NodeStatus> parse_node_status(const Json& json);

}  // namespace imprint

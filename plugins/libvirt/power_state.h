#pragma once

#include <string>

#include "agent/ports/hypervisor.h"

namespace imprint::libvirt {

struct Power {
  PowerState state = PowerState::unknown;
  std::string reason;
};

/// What virDomainGetState says. `crashed` is a panicked guest whose QEMU is still there; a QEMU
/// that died leaves `stopped` with the reason "crashed". A machine that is going down is still
/// running: its disks are in use.
Power power_of(int state, int reason);

/// What a lifecycle event says; PowerState::unknown for events that tell nothing about power
/// (defined, undefined).
Power power_of_event(int event, int detail);

}  // namespace imprint::libvirt

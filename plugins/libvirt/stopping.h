#pragma once

#include <chrono>
#include <string>

#include "agent/ports/hypervisor.h"
#include "plugins/libvirt/connections.h"

namespace imprint::libvirt {

/// Hypervisor::stop: asks by ACPI and, where it is connected, by the guest agent, again and again;
/// after `grace`, or at once where no guest could hear it (panicked, paused), ends QEMU.
Result<StopOutcome> stop_machine(Connections& connections, const std::string& uuid,
                                 std::chrono::seconds grace);

/// Ends QEMU and returns when libvirt has seen it gone. Fine if it is gone already.
/// Errc::unavailable: it would not die, so its disks are in use.
Result<> end_by_force(Connections& connections, const std::string& uuid);

}  // namespace imprint::libvirt

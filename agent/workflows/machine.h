#pragma once
// The hypervisor as steps use it: what does not answer is waited for, what is unknown is asked
// again.

#include <chrono>
#include <string>

#include "agent/model/instance.h"
#include "agent/workflows/run.h"

namespace imprint::workflows {

/// What is true of the machine; never PowerState::unknown.
Result<MachineState> ask_state(Run& run, const std::string& uuid);

/// Whether QEMU has it open.
bool has_process(PowerState power) noexcept;

/// All are idempotent and return Errc::cancelled as soon as the agent stops.
Result<> define_machine(Run& run, const Instance& instance);
/// Defines a machine that somebody has removed from the hypervisor, as the record has it: all that
/// it needs is there. One that is defined is left as it is.
Result<> define_if_absent(Run& run, const Instance& instance);
Result<> start_machine(Run& run, const std::string& uuid);
/// A machine that does not exist is fine.
Result<> stop_machine(Run& run, const std::string& uuid, std::chrono::seconds grace);

/// Puts the system of `to` into the definition, which must hold that of `from` or already that of
/// `to`; the machine is stopped. Errc::internal if a data disk would change.
Result<> exchange_system(Run& run, const Instance& from, const Instance& to);

/// Errc::conflict if the machine's definition names the disk: it must not be removed.
Result<> require_not_in_use(Run& run, const std::string& uuid, const Disk& disk);

}  // namespace imprint::workflows

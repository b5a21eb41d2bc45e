#pragma once

#include "guestfs/inspect/workplace.h"

namespace imprint::inspect {

/// Finds the saved state of the workplace's appliance, or makes it, which takes half a minute. One
/// that cannot be had only costs the time of a boot: `not_saved` says why then.
void load_saved_state(const WorkerSettings& settings, Workplace& place);

/// Whether load_saved_state() has nothing to make.
bool is_state_saved(const WorkerSettings& settings, const Workplace& place);

/// Tells the worker of the state, or why there is none. The place must outlive the command.
void add_saved_state(Command& command, const Workplace& place);

}  // namespace imprint::inspect

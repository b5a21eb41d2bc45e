#pragma once

#include "guestfs/inspect/workplace.h"

namespace imprint::inspect {

/// Gives the workplace the saved state of its appliance, which is made first if there is none, in
/// half a minute. One that cannot be had only costs the time of a boot: `not_saved` says why then.
void prepare_saved_state(const WorkerSettings& settings, Workplace& place);

/// The same where nothing has to be made; false: something has, and the workplace is as it was.
bool find_saved_state(const WorkerSettings& settings, Workplace& place);

/// Tells the worker of the state, or why there is none. The place must outlive the command.
void add_saved_state(Command& command, const Workplace& place);

}  // namespace imprint::inspect

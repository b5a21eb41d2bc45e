#pragma once

#include <string>

#include "agent/model/confirm.h"
#include "agent/workflows/run.h"

namespace imprint::workflows {

/// Waits until the machine's guest shows that it came up, by the rung of the ladder that the signal
/// names. Errc::unavailable, with the last lines of the console: a fast negative (it panicked,
/// stopped by itself, stands at a rescue prompt, resets in a loop), or no sign within the signal's
/// limit, which counts the time of our waiting and not the clock on the wall. Errc::cancelled: the
/// agent stops. A hypervisor that does not answer is waited for, and that time is not counted.
Result<> confirm_boot(Run& run, const std::string& uuid, const ConfirmSignal& signal);

/// Errc::invalid: a pattern that the matcher does not take.
Result<> check_signal(const ConfirmSignal& signal);

}  // namespace imprint::workflows

#pragma once

#include "agent/base/result.h"

namespace imprint::libvirt {

/// Initialises libvirt and runs its event loop on a thread of its own, once in a process; must have
/// succeeded before the first connection is opened. libvirt cannot take an event loop back, so the
/// thread lives as long as the process.
Result<> ensure_event_loop();

}  // namespace imprint::libvirt

#pragma once

#include "agent/model/instance.h"
#include "agent/workflows/run.h"

namespace imprint::workflows {

/// Removes disk and seed of a system that the instance does not use any more, and the image's bytes
/// if nothing else needs them. Files that are gone already are fine. Errc::conflict: the
/// hypervisor's definition names the disk; denied: it is a data disk.
Result<> remove_system(Run& run, const Instance& instance, const System& system);

}  // namespace imprint::workflows

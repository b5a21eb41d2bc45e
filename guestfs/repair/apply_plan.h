#pragma once

#include <filesystem>

#include "guestfs/guest/appliance.h"
#include "guestfs/repair/plan.h"

namespace imprint::repair {

/// Carries the plan out on a disk, by libguestfs, in the plan's order; nothing of the guest is run.
/// `drives`: the disk, writable, first, then its companions in the order that they had when the
/// plan was made. Errc::conflict: the disk is not the one that the plan was made for; corrupt: a
/// file system cannot be written, or is full; unavailable: no appliance. After an Error the disk is
/// of no use. Meant to run in a sandboxed process; blocks for seconds.
Result<> apply_plan(const RepairPlan& plan, const guest::ApplianceSettings& settings,
                    const std::vector<guest::ApplianceDrive>& drives);

}  // namespace imprint::repair

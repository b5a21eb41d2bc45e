#pragma once

#include "guestfs/guest/appliance.h"
#include "guestfs/inspect/inspect_image.h"
#include "guestfs/inspect/ledger.h"

namespace imprint::inspect {

/// Finds the system on the drives that a running appliance has, reads it and judges it. What is
/// found goes to the ledger and the report, its times too. `inventory`: of these drives, as
/// guest::read_inventory made it; more is learned of it on the way. `plan`, unless null: takes what
/// a repair would change. Errc::unavailable or corrupt: the guest, or the rest of it, cannot be
/// read.
Result<> inspect_guest(guest::Appliance& appliance, guest::Inventory inventory, const Task& task,
                       Ledger& ledger, ImageReport& report, repair::RepairPlan* plan = nullptr);

}  // namespace imprint::inspect

#pragma once

#include "guestfs/guest/appliance.h"
#include "guestfs/guest/inventory.h"

namespace imprint::guest {

/// Asks the appliance for every disk, partition, logical volume and array, and what each holds.
/// What lies inside LUKS is not opened. Btrfs subvolumes are filled in by find_systems, which has
/// the file system mounted. Errc::unavailable if the appliance died; corrupt if it cannot read a
/// disk.
Result<Inventory> read_inventory(Appliance& appliance);

}  // namespace imprint::guest

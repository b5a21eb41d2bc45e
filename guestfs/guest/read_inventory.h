#pragma once

#include "guestfs/guest/appliance.h"
#include "guestfs/guest/inventory.h"

namespace imprint::guest {

/// Asks the appliance for every disk, partition, logical volume and array, and what each holds.
/// What lies inside LUKS is added by open_luks. Btrfs subvolumes are filled in by find_systems,
/// which has the file system mounted. Errc::unavailable if the appliance died; corrupt if it cannot
/// read a disk.
Result<Inventory> read_inventory(Appliance& appliance);

/// As read_inventory, but what lies on RAID arrays or in volume groups stays closed and is not
/// looked for.
Result<Inventory> read_disks(const Appliance& appliance);

/// Adds the logical volumes of all groups that are not in the inventory yet. Errors as above.
Result<> add_logical_volumes(const Appliance& appliance, Inventory& inventory);

/// A volume by the appliance's name of its device, and what it holds; no disk. Errors as above.
Result<Volume> read_volume(const Appliance& appliance, Volume::Kind kind,
                           const std::string& device);

}  // namespace imprint::guest

#pragma once

#include "guestfs/guest/volume_mounts.h"

namespace imprint::guest {

/// Fills in how each volume was left. To be called before anything is mounted, for that replays
/// journals. What cannot be read has no state. Errc::unavailable if the appliance died.
Result<> read_states(const Appliance& appliance, Inventory& inventory);

/// Fills in the room that each file system has which `mounts` has mounted.
Result<> read_space(const Appliance& appliance, const VolumeMounts& mounts, Inventory& inventory);

}  // namespace imprint::guest

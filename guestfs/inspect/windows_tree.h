#pragma once

#include "guestfs/inspect/guest_tree.h"

namespace imprint::inspect {

/// Shows the volume of a Windows system at "/", and beside it the EFI system partition and the
/// active partition, at the places that guestfs/facts/windows.h names. Errc::unavailable if the
/// appliance died; corrupt if the system's volume cannot be mounted.
Result<GuestTree> mount_windows(guest::VolumeMounts& mounts, const guest::Inventory& inventory,
                                std::size_t volume);

}  // namespace imprint::inspect

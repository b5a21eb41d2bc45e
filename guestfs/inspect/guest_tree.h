#pragma once

#include <string>
#include <vector>

#include "guestfs/guest/find_systems.h"
#include "guestfs/guest/libguestfs_fs.h"
#include "guestfs/inspect/mount_plan.h"

namespace imprint::inspect {

/// One system's tree, mounted and ready to read.
struct GuestTree {
  std::vector<facts::MountedVolume> mounts;  ///< what is shown, the root first
  std::vector<guest::ShownFolder> shown;
  std::vector<std::string>
      missing;  ///< "/boot (/dev/sda1): reason": planned, but it cannot be mounted
};

/// Reads the system's fstab, plans its mounts and makes them. Errc::unavailable if the appliance
/// died.
Result<GuestTree> mount_system(guest::Appliance& appliance, guest::VolumeMounts& mounts,
                               guest::Inventory& inventory, const guest::SystemSearch& search,
                               const guest::System& system);

}  // namespace imprint::inspect

#pragma once

#include <string>
#include <vector>

#include "guestfs/facts/boot.h"
#include "guestfs/facts/fstab.h"
#include "guestfs/guest/find_systems.h"
#include "guestfs/guest/inventory.h"

namespace imprint::inspect {

/// What shows a system before anything of its fstab is mounted.
struct OwnMounts {
  std::vector<facts::MountedVolume> always;     ///< the root first
  std::vector<facts::MountedVolume> otherwise;  ///< where nothing else is planned
  bool lacks_usr = false;                       ///< as System::lacks_usr
};

/// Of a system whose root is a file system or a subvolume. Pure.
OwnMounts own_mounts(const guest::System& system);

/// Of a deployment, as ostree-prepare-root(1) puts it together before it enters the root: the
/// physical root at /sysroot, /var of the stateroot, and /boot of the physical root where the boot
/// entries lie there. `physical`: the physical root.
OwnMounts own_mounts(const guest::System& system, const guest::Deployment& deployment,
                     guest::GuestFs& physical);

/// Which volumes make up the tree of a system that rules read: its own; what its fstab mounts at
/// or below /boot, /efi, /usr, /etc and /var; and where fstab names none, an EFI system partition
/// at /boot/efi and a file system that looks like a /boot at /boot, since firmware and boot loader
/// find those without fstab, and the first file system that holds a /usr if the root's is empty,
/// since the kernel's command line names that one. The root comes first. Pure.
std::vector<facts::MountedVolume> plan_mounts(const guest::Inventory& inventory,
                                              const guest::SystemSearch& search,
                                              const OwnMounts& own, const facts::FstabFacts& fstab);

}  // namespace imprint::inspect

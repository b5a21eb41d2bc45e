#pragma once

#include <string>
#include <vector>

#include "guestfs/facts/boot.h"
#include "guestfs/facts/fstab.h"
#include "guestfs/guest/find_systems.h"
#include "guestfs/guest/inventory.h"

namespace imprint::inspect {

/// Which volumes make up the tree of a system that rules read: its root; what its fstab mounts at
/// or below /boot, /efi, /usr, /etc and /var; and where fstab names none, an EFI system partition
/// at /boot/efi and a file system that looks like a /boot at /boot, since firmware and boot loader
/// find those without fstab, and the first file system that holds a /usr if the root's is empty,
/// since the kernel's command line names that one. The root comes first. Pure.
std::vector<facts::MountedVolume> plan_mounts(const guest::Inventory& inventory,
                                              const guest::SystemSearch& search,
                                              const guest::System& system,
                                              const facts::FstabFacts& fstab);

}  // namespace imprint::inspect

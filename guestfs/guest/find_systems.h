#pragma once

#include <string>
#include <vector>

#include "guestfs/guest/deployments.h"
#include "guestfs/guest/volume_mounts.h"

namespace imprint::guest {

/// A file system that holds the root of a Linux system, or the physical one of ostree's.
struct System {
  std::size_t volume = 0;  ///< index into Inventory::volumes
  std::string subvolume;   ///< Btrfs: the path of the subvolume; empty for its top and for others
  bool lacks_usr = false;  ///< its /usr is empty: it is on a volume of its own
  std::vector<Deployment> deployments;  ///< of ostree: one of them starts, and not what lies there
};

/// What was found of systems, and what stood in the way of looking further.
struct SystemSearch {
  std::vector<System> systems;            ///< in the order of the volumes
  std::vector<std::size_t> boot_volumes;  ///< file systems that look like a /boot of their own
  std::vector<std::size_t> windows;       ///< volumes that hold a Windows system
  std::vector<std::size_t> usr_volumes;   ///< file systems that hold a /usr (see holds_usr)
  std::vector<std::string> composefs;     ///< devices that hold systems as images of composefs
  std::vector<std::string> encrypted;     ///< devices that hold LUKS or BitLocker
  std::vector<std::string> installers;    ///< devices that hold an installer or a live system
  std::vector<std::string>
      unreadable;  ///< "DEVICE (TYPE): reason": file systems that could not be mounted
};

/// Mounts each file system and looks for a system's root on it: /etc with something of a system in
/// it, and /bin or /usr. libguestfs's own inspection is not used: it misses systems whose /bin is
/// an absolute link. Btrfs subvolumes are looked at too and filled into `inventory`: if the default
/// one is a root, it is the only system there; otherwise all are tried but the snapshots of snapper
/// and timeshift. Errc::unavailable if the appliance died.
Result<SystemSearch> find_systems(Appliance& appliance, VolumeMounts& mounts, Inventory& inventory);

/// Whether it is the /usr of a system: of one with partitions of their own, or of one that makes
/// its root when it first starts (Flatcar, Fedora CoreOS's ancestor, systemd-repart).
/// Errc::unavailable.
Result<bool> holds_usr(GuestFs& fs);

/// Whether a subvolume's path is that of a snapshot or a container of another system:
/// "@/.snapshots/7/snapshot",
/// "@/var/lib/machines/web". Pure.
bool belongs_to_another_system(std::string_view subvolume);

/// The EFI system partition, vfat and such: no system's root, and mounted only where one is asked
/// for. Pure.
bool is_fat(const Volume& volume);

}  // namespace imprint::guest

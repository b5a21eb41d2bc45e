#pragma once
// Everything that is read of a guest once, before the rules run. Each part has a file of its own
// with a pure parser (text in, facts out, never fails) and a reader (FollowingFs in).

#include <optional>
#include <vector>

#include "guestfs/facts/accounts.h"
#include "guestfs/facts/boot.h"
#include "guestfs/facts/cloud_init.h"
#include "guestfs/facts/fstab.h"
#include "guestfs/facts/homes.h"
#include "guestfs/facts/init.h"
#include "guestfs/facts/initramfs.h"
#include "guestfs/facts/kernel_modules.h"
#include "guestfs/facts/network.h"
#include "guestfs/facts/permissions.h"
#include "guestfs/facts/release.h"
#include "guestfs/facts/selinux.h"
#include "guestfs/facts/services.h"
#include "guestfs/facts/windows.h"

namespace imprint::facts {

struct Facts {
  Init init = Init::unknown;
  std::string architecture;             ///< as `uname -m` calls it; empty: no program tells
  std::vector<MountedVolume> mounts;    ///< as they were mounted for reading
  std::optional<WindowsFacts> windows;  ///< of a guest that is Windows, and then nothing else
  ReleaseFacts release;                 ///< os-release and its older kin
  FstabFacts fstab;                     ///< /etc/fstab, each line with its boot effect
  AccountFacts accounts;                ///< shadow, passwd
  HomeFacts homes;                      ///< the accounts' folders
  PermissionFacts permissions;          ///< files that anybody may write, programs with set-id bits
  SelinuxFacts selinux;
  ServiceFacts services;  ///< what starts by itself
  NetworkFacts network;
  CloudInit cloud_init;
  Boot boot;           ///< loader, entries, the default entry resolved to files and root device
  KernelFacts kernel;  ///< of the default entry
  InitramfsFacts initramfs;  ///< likewise
};

/// Reads all of it. Never fails: what could not be read is recorded in its part, so that rules
/// answer undetermined.
Facts read_facts(guest::FollowingFs& fs, const guest::Inventory& inventory,
                 const std::vector<MountedVolume>& mounts);

/// The same for a guest that is Windows.
Facts read_windows_facts(guest::FollowingFs& fs, const std::vector<MountedVolume>& mounts);

}  // namespace imprint::facts

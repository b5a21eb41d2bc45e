#pragma once
// Root file systems that the kernel's command line does not name.

#include <optional>

#include "guestfs/rules/rule.h"

namespace imprint::rules {

/// Whether systemd finds a root file system by its partition's type (Discoverable Partitions
/// Specification).
bool has_discoverable_root(const guest::Inventory& inventory);

/// The root= that dracut wrote into the initramfs (dracut.conf(5), hostonly_cmdline), looked up in
/// the image; the place is the initramfs. Nothing if there is none.
std::optional<facts::RootDevice> root_of_initramfs(const Context& context);

/// Whether the entry's initramfs was made for one set of file systems and takes no root=: NixOS
/// builds what /etc/fstab says into it.
bool knows_its_root(const facts::BootEntry& entry);

}  // namespace imprint::rules

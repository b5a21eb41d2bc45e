#pragma once

#include <span>
#include <vector>

#include "guestfs/rules/rule.h"

namespace imprint::rules {

/// The family boot.*; constant.
std::span<const Rule> boot_rules();

// Its parts, one file each.
std::span<const Rule> boot_config_rules();  ///< what the readers of configurations found
std::span<const Rule> boot_file_rules();    ///< kernel, initramfs, modules
std::span<const Rule> boot_initrd_rules();  ///< what the initramfs holds
std::span<const Rule> boot_choice_rules();  ///< which kernel boots, and what it is told
std::span<const Rule> boot_grub_rules();    ///< GRUB's files and where it lies
std::span<const Rule> boot_root_rules();    ///< root device
std::span<const Rule> boot_init_rules();    ///< what the kernel starts then
std::span<const Rule> boot_ostree_rules();  ///< the deployment that ostree= names
std::span<const Rule>
boot_firmware_rules();  ///< how the firmware gets to the loader, and the root's links

/// The default entry, where it starts a kernel of its own; else null.
const facts::BootEntry* chosen_kernel(const Context& context);

/// Whether Fedora CoreOS would find its root without root=: until Ignition has written one, it
/// mounts the file system with the label "root" (ignition-ostree-mount-sysroot).
bool ignition_finds_root(const Context& context);

}  // namespace imprint::rules

#pragma once
// One reader a loader: each fills entries, default entry, configuration files and problems of a
// Boot.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "guestfs/facts/boot_tree.h"

namespace imprint::facts {

/// Runs a grub.cfg and what it leads to. `platform` as in $grub_platform: "pc", "efi", or empty for
/// unknown.
void read_grub2(const BootTree& tree, const guest::GuestPath& config, std::string_view platform,
                Boot& boot);

/// Runs a grub.cfg of the EFI system partition only to see whether it leads anywhere: a search that
/// fails is told as boot.esp-stub-uuid. Whether it found a menu.
bool check_grub2_stub(const BootTree& tree, const guest::GuestPath& config, Boot& boot);

/// A menu.lst or grub.conf of GRUB legacy.
void read_grub_legacy(const BootTree& tree, const guest::GuestPath& config, Boot& boot);

/// An extlinux.conf or syslinux.cfg with what it includes.
void read_extlinux(const BootTree& tree, const guest::GuestPath& config, Boot& boot);

/// loader/loader.conf, loader/entries and EFI/Linux of the EFI system partition and of XBOOTLDR.
/// `roots`: where those are mounted, the EFI system partition first.
void read_systemd_boot(const BootTree& tree, std::span<const guest::GuestPath> roots, Boot& boot);

/// A unified kernel image as a line of a menu.
struct UnifiedEntry {
  BootEntry entry;
  std::string sort_key;  ///< of its os-release: IMAGE_ID or ID
  std::string version;   ///< IMAGE_VERSION, VERSION, VERSION_ID or BUILD_ID
};

/// Reads one with the addons that lie beside it and in loader/addons: they add to its command line.
/// Problems are told as boot.uki.
UnifiedEntry read_unified_kernel(const BootTree& tree, const guest::GuestPath& path, Boot& boot);

}  // namespace imprint::facts

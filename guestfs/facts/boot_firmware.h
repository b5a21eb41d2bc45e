#pragma once
// What an image can be started by, as far as its disk tells.

#include <string>
#include <vector>

#include "guestfs/facts/boot_tree.h"

namespace imprint::facts {

/// "bios" where the first disk's first sector holds code that leads on, "uefi" where an EFI system
/// partition holds a program of a loader.
std::vector<std::string> detect_firmware(const BootTree& tree);

/// Whether an EFI program lies where firmware without any settings looks: EFI/BOOT/BOOTX64.EFI and
/// its like.
std::optional<guest::GuestPath> efi_fallback(const BootTree& tree);

/// Whether the first sector of a disk holds any code.
bool has_boot_code(const guest::DiskTable& disk);

}  // namespace imprint::facts

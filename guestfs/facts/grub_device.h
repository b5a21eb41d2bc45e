#pragma once
// GRUB's names of devices: "hd0,gpt2", "hd0,msdos1", "lvm/vg-lv", and GRUB legacy's "hd0,0".

#include <optional>
#include <string>
#include <string_view>

#include "guestfs/guest/inventory.h"

namespace imprint::facts {

struct GrubDevice {
  guest::Match match = guest::Match::unknown;
  std::optional<std::size_t> volume;  ///< when found
  std::string why;                    ///< when absent or unknown
};

/// GRUB 2 counts partitions from 1; brackets around the name are allowed. Pure.
GrubDevice resolve_grub_device(const guest::Inventory& inventory, std::string_view name);
/// GRUB legacy counts partitions from 0: "(hd0,0)" is the first disk's first partition. Pure.
GrubDevice resolve_grub_legacy_device(const guest::Inventory& inventory, std::string_view name);

/// What GRUB 2 calls a volume; always resolvable by resolve_grub_device.
std::string grub_device_name(const guest::Inventory& inventory, std::size_t volume);

/// "(DEVICE)/PATH" taken apart; the device is empty where none is written.
struct GrubFileName {
  std::string device;
  std::string path;
};
GrubFileName split_grub_file(std::string_view name);

}  // namespace imprint::facts

#pragma once

#include <cstddef>

#include "guestfs/guest/inventory.h"

namespace imprint::guest {

/// How many devices are missing of the set that this volume is a member of, or lies on: the
/// physical volumes of its group, the devices of its Btrfs, the members of its array. 0: all that
/// are needed are in the inventory, or nothing is known of a set. Pure.
std::size_t missing_devices(const Inventory& inventory, const Volume& volume);

/// Whether a volume is encrypted with LUKS and nobody has opened it. Pure.
bool is_closed(const Inventory& inventory, std::size_t volume);

}  // namespace imprint::guest

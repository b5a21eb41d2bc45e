#pragma once

#include "guestfs/guest/inventory.h"

namespace imprint::inspect {

/// Whether a machine that reads such disks can be asked to show that nothing of them is left, and
/// so may read another image afterwards: file systems that the kernel alone mounts, each by itself.
/// Not so what lies on several devices or is put together from them, what is encrypted, and what a
/// program has to serve. Pure.
bool may_share_machine(const guest::Inventory& inventory);

}  // namespace imprint::inspect

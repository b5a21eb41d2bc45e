#pragma once

#include <vector>

#include "agent/model/report.h"
#include "guestfs/facts/facts.h"
#include "guestfs/guest/inventory.h"

namespace imprint::inspect {

/// The report's map of disks. Volumes that lie on no single disk (LVM, RAID) stand with the first.
/// Pure.
std::vector<DiskFacts> disk_facts(const guest::Inventory& inventory);
/// Notes where the system has the volumes that were mounted for reading.
void mark_mounts(std::vector<DiskFacts>& disks, const guest::Inventory& inventory,
                 const std::vector<facts::MountedVolume>& mounts);

/// The report's words on the guest and on how it boots. Pure.
GuestFacts guest_facts(const facts::Facts& facts);
BootFacts boot_facts(const facts::Boot& boot, const guest::Inventory& inventory);

}  // namespace imprint::inspect

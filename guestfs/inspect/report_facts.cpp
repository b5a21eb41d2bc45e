#include "guestfs/inspect/report_facts.h"

#include <algorithm>

namespace imprint::inspect {

std::vector<DiskFacts> disk_facts(const guest::Inventory& inventory) {
  std::vector<DiskFacts> disks(std::max<std::size_t>(inventory.disks.size(), 1));
  for (const guest::Volume& volume : inventory.volumes) {
    const auto wanted = static_cast<std::size_t>(std::max(volume.disk, 0));
    DiskFacts& disk = disks[wanted < disks.size() ? wanted : 0];
    disk.partitions.push_back(
        {volume.device, volume.filesystem, volume.uuid, volume.label, volume.size});
  }
  return disks;
}

GuestFacts guest_facts(const facts::Facts& facts) {
  GuestFacts guest;
  guest.type = "linux";
  guest.id = facts.release.id;
  guest.version = facts.release.version;
  guest.name = facts.release.name;
  guest.init = facts::to_string(facts.init);
  guest.firmware = facts.boot.firmware;
  return guest;
}

BootFacts boot_facts(const facts::Boot& boot) {
  BootFacts result;
  result.loader = facts::to_string(boot.loader);
  const facts::BootEntry* entry = boot.default_or_null();
  if (entry == nullptr) return result;
  const auto shown = [](const facts::BootFile& file) {
    return file.path.empty() ? file.written : file.path;
  };
  BootEntryFacts chosen;
  chosen.title = entry->title;
  if (entry->kernel) chosen.kernel = shown(*entry->kernel);
  for (const facts::BootFile& initrd : entry->initrds) chosen.initrd.push_back(shown(initrd));
  chosen.cmdline = entry->cmdline;
  result.default_entry = std::move(chosen);
  return result;
}

}  // namespace imprint::inspect

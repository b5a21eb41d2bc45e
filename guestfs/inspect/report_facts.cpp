#include "guestfs/inspect/report_facts.h"

#include <algorithm>

namespace imprint::inspect {
namespace {

std::string word_of(guest::TableType table) {
  switch (table) {
    case guest::TableType::none:
      return "none";
    case guest::TableType::mbr:
      return "mbr";
    case guest::TableType::gpt:
      return "gpt";
  }
  return "";
}

std::string word_of(guest::Volume::Kind kind) {
  switch (kind) {
    case guest::Volume::Kind::partition:
      return "partition";
    case guest::Volume::Kind::whole_disk:
      return "disk";
    case guest::Volume::Kind::logical_volume:
      return "logical-volume";
    case guest::Volume::Kind::md_array:
      return "raid";
    case guest::Volume::Kind::luks:
      return "encrypted";
  }
  return "";
}

PartitionFacts partition_facts(const guest::Volume& volume) {
  PartitionFacts facts;
  facts.device = volume.device;
  facts.filesystem = volume.filesystem;
  facts.uuid = volume.uuid;
  facts.label = volume.label;
  facts.size = volume.size;
  facts.kind = word_of(volume.kind);
  facts.number = volume.number;
  facts.start = volume.start;
  facts.type = volume.part_type;
  facts.bootable = volume.bootable;
  return facts;
}

std::optional<int> line_of(const facts::Place& place) {
  return place.line > 0 ? std::optional{place.line} : std::nullopt;
}

Found found_of(guest::Match match) {
  switch (match) {
    case guest::Match::found:
      return Found::found;
    case guest::Match::absent:
      return Found::absent;
    case guest::Match::not_a_device:
    case guest::Match::unknown:
      return Found::unknown;
  }
  return Found::unknown;
}

std::string shown(const facts::BootFile& file) {
  return file.path.empty() ? file.written : file.path;
}

BootFileFacts file_facts(std::string role, const facts::BootFile& file) {
  return {std::move(role), file.written, file.path, found_of(file.match), file.size, file.why};
}

BootEntryFacts entry_facts(const facts::BootEntry& entry) {
  BootEntryFacts chosen;
  chosen.title = entry.title;
  chosen.id = entry.id;
  chosen.path = entry.place.path;
  chosen.line = line_of(entry.place);
  chosen.hands_over = entry.hands_over;
  chosen.cmdline = entry.cmdline;
  if (entry.kernel) {
    chosen.kernel = shown(*entry.kernel);
    chosen.files.push_back(file_facts("kernel", *entry.kernel));
  }
  for (const facts::BootFile& initrd : entry.initrds) {
    chosen.initrd.push_back(shown(initrd));
    chosen.files.push_back(file_facts("initrd", initrd));
  }
  return chosen;
}

BootRootFacts root_facts(const facts::RootDevice& root, const guest::Inventory& inventory) {
  BootRootFacts facts{root.spec, root.place.path, line_of(root.place),
                      found_of(root.resolution.match), ""};
  if (const auto volume = root.resolution.volume; volume && *volume < inventory.volumes.size())
    facts.device = inventory.volumes[*volume].device;
  return facts;
}

}  // namespace

std::vector<DiskFacts> disk_facts(const guest::Inventory& inventory) {
  std::vector<DiskFacts> disks(std::max<std::size_t>(inventory.disks.size(), 1));
  for (std::size_t i = 0; i < inventory.disks.size(); ++i) {
    disks[i].device = inventory.disks[i].device;
    disks[i].size = inventory.disks[i].size;
    disks[i].table = word_of(inventory.disks[i].table);
  }
  for (const guest::Volume& volume : inventory.volumes) {
    if (!volume.promised_by.empty()) continue;  // on no disk at hand
    const auto wanted = static_cast<std::size_t>(std::max(volume.disk, 0));
    DiskFacts& disk = disks[wanted < disks.size() ? wanted : 0];
    disk.partitions.push_back(partition_facts(volume));
  }
  return disks;
}

void mark_mounts(std::vector<DiskFacts>& disks, const guest::Inventory& inventory,
                 const std::vector<facts::MountedVolume>& mounts) {
  for (const facts::MountedVolume& mount : mounts) {
    if (mount.volume >= inventory.volumes.size()) continue;
    const std::string& device = inventory.volumes[mount.volume].device;
    for (DiskFacts& disk : disks)
      for (PartitionFacts& partition : disk.partitions)
        // Btrfs has several mounts of one volume; the shortest, the root's, says most.
        if (partition.device == device &&
            (partition.mount.empty() || mount.mount_point.size() < partition.mount.size()))
          partition.mount = mount.mount_point;
  }
}

namespace {

GuestFacts windows_guest_facts(const facts::WindowsFacts& windows) {
  GuestFacts guest;
  guest.type = "windows";
  guest.id = "windows";
  guest.version = windows.version;
  guest.name = windows.name;
  guest.firmware = windows.firmware;
  return guest;
}

}  // namespace

GuestFacts guest_facts(const facts::Facts& facts) {
  GuestFacts guest;
  if (facts.windows) guest = windows_guest_facts(*facts.windows);
  guest.arch = facts.architecture;
  if (facts.windows) return guest;
  guest.type = "linux";
  guest.id = facts.release.id;
  guest.version = facts.release.version;
  guest.name = facts.release.name;
  guest.init = facts::to_string(facts.init);
  guest.firmware = facts.boot.firmware;
  return guest;
}

BootFacts boot_facts(const facts::Boot& boot, const guest::Inventory& inventory) {
  BootFacts result;
  result.loader = facts::to_string(boot.loader);
  result.firmware = boot.firmware;
  result.configs = boot.configs;
  result.entries = static_cast<int>(boot.entries.size());
  if (const facts::BootEntry* entry = boot.default_or_null())
    result.default_entry = entry_facts(*entry);
  if (boot.deployment)
    result.default_entry->files.push_back(file_facts("deployment", *boot.deployment));
  if (boot.root) result.root = root_facts(*boot.root, inventory);
  return result;
}

}  // namespace imprint::inspect

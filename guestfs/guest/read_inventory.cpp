#include "guestfs/guest/read_inventory.h"

#include <guestfs.h>

#include <algorithm>
#include <map>
#include <span>

#include "guestfs/guest/blkid.h"
#include "guestfs/guest/disk_name.h"

namespace imprint::guest {
namespace {

constexpr int boot_sector_size = 512;
constexpr std::string_view device_prefix = "/dev/";

Result<std::vector<std::string>> values_of(const Appliance& appliance, char** strings,
                                           const std::string& what) {
  const StringList list{strings};
  if (!list.valid()) return appliance.last_error(what);
  return list.values();
}

Result<std::uint64_t> size_of(const Appliance& appliance, const std::string& device) {
  const std::int64_t size = guestfs_blockdev_getsize64(appliance.handle(), device.c_str());
  if (size < 0) return appliance.last_error(device);
  return static_cast<std::uint64_t>(size);
}

/// The disk that a partition lies on: "/dev/sda2" -> 0.
int disk_index(const std::string& device) {
  const auto name = DiskName::parse(std::string_view{device}.substr(device_prefix.size()));
  return name ? static_cast<int>(name->disk) : -1;
}

Result<DiskTable> read_disk(const Appliance& appliance, const Device& wanted) {
  const std::string& device = wanted.path;
  DiskTable disk;
  disk.device = device;
  disk.size = wanted.size;
  std::size_t count = 0;
  const Owned<char, std::free> sector{
      guestfs_pread_device(appliance.handle(), device.c_str(), boot_sector_size, 0, &count)};
  if (!sector) return appliance.last_error(device);
  disk.boot_sector.assign(sector.get(), count);
  return disk;
}

Result<> add_partitions(const Appliance& appliance, Inventory& inventory) {
  for (const auto& [device, size] : TRY(appliance.partitions())) {
    Volume volume;
    volume.device = device;
    volume.disk = disk_index(device);
    volume.size = size;
    const BlkidValues values = TRY(appliance.probe(device));
    apply_blkid(values, volume);
    const auto scheme = values.find("PART_ENTRY_SCHEME");
    if (scheme != values.end() && volume.disk >= 0 &&
        static_cast<std::size_t>(volume.disk) < inventory.disks.size())
      inventory.disks[static_cast<std::size_t>(volume.disk)].table =
          scheme->second == "gpt" ? TableType::gpt : TableType::mbr;
    inventory.volumes.push_back(std::move(volume));
  }
  return {};
}

/// A disk without partitions may hold a file system itself, or a table without entries.
Result<> add_whole_disks(const Appliance& appliance, Inventory& inventory) {
  for (std::size_t index = 0; index < inventory.disks.size(); ++index) {
    DiskTable& disk = inventory.disks[index];
    if (disk.table != TableType::none) continue;
    const BlkidValues values = TRY(appliance.probe(disk.device));
    const auto table = values.find("PTTYPE");
    if (table != values.end())
      disk.table = table->second == "gpt" ? TableType::gpt : TableType::mbr;
    if (!values.contains("TYPE")) continue;
    Volume volume;
    volume.kind = Volume::Kind::whole_disk;
    volume.device = disk.device;
    volume.disk = static_cast<int>(index);
    volume.size = disk.size;
    apply_blkid(values, volume);
    inventory.volumes.push_back(std::move(volume));
  }
  return {};
}

bool any_of_type(const Inventory& inventory, std::string_view filesystem) {
  return std::any_of(inventory.volumes.begin(), inventory.volumes.end(),
                     [&](const Volume& volume) { return volume.filesystem == filesystem; });
}

/// Empty for what is no array but a container of some.
Result<std::string> array_uuid(const Appliance& appliance, const std::string& device) {
  const auto details =
      values_of(appliance, guestfs_md_detail(appliance.handle(), device.c_str()), device);
  if (!details && details.error().code == Errc::unavailable) return details.error();
  if (!details) return std::string{};
  const BlkidValues values = blkid_values(*details);
  const auto uuid = values.find("uuid");
  return uuid == values.end() ? std::string{} : uuid->second;
}

Result<> add_arrays(const Appliance& appliance, Inventory& inventory) {
  if (!any_of_type(inventory, "linux_raid_member")) return {};
  for (const auto& device :
       TRY(values_of(appliance, guestfs_list_md_devices(appliance.handle()), "RAID arrays"))) {
    Volume volume = TRY(read_volume(appliance, Volume::Kind::md_array, device));
    volume.array_uuid = TRY(array_uuid(appliance, device));
    inventory.volumes.push_back(std::move(volume));
  }
  return {};
}

/// A UUID as device-mapper has it.
std::string without_dashes(std::string_view uuid) {
  std::string result{uuid};
  std::erase(result, '-');
  return result;
}

/// The UUIDs of the volume groups by their names, without dashes.
Result<std::map<std::string, std::string>> group_uuids(const Appliance& appliance) {
  const Owned<guestfs_lvm_vg_list, guestfs_free_lvm_vg_list> groups{
      guestfs_vgs_full(appliance.handle())};
  if (!groups) return appliance.last_error("volume groups");
  std::map<std::string, std::string> uuids;
  for (const guestfs_lvm_vg& group : std::span{groups->val, groups->len})
    uuids[group.vg_name] = std::string{group.vg_uuid, sizeof group.vg_uuid};
  return uuids;
}

Result<Volume> read_logical_volume(const Appliance& appliance, const std::string& device,
                                   const std::map<std::string, std::string>& groups) {
  Volume volume = TRY(read_volume(appliance, Volume::Kind::logical_volume, device));
  const std::string name = device.substr(device_prefix.size());
  const std::size_t slash = std::min(name.find('/'), name.size());
  volume.volume_group = name.substr(0, slash);
  volume.logical_volume = name.substr(std::min(slash + 1, name.size()));
  const Owned<char, std::free> uuid{guestfs_lvuuid(appliance.handle(), device.c_str())};
  if (!uuid) return appliance.last_error(device);
  const auto group = groups.find(volume.volume_group);
  if (group != groups.end())
    volume.mapper_uuid = "LVM-" + group->second + without_dashes(uuid.get());
  return volume;
}

bool is_known(const Inventory& inventory, const std::string& device) {
  return std::any_of(inventory.volumes.begin(), inventory.volumes.end(),
                     [&](const Volume& volume) { return volume.device == device; });
}

}  // namespace

Result<Volume> read_volume(const Appliance& appliance, Volume::Kind kind,
                           const std::string& device) {
  Volume volume;
  volume.kind = kind;
  volume.device = device;
  volume.disk = -1;
  volume.size = TRY(size_of(appliance, device));
  apply_blkid(TRY(appliance.probe(device)), volume);
  return volume;
}

Result<> add_logical_volumes(const Appliance& appliance, Inventory& inventory) {
  if (!any_of_type(inventory, "LVM2_member")) return {};
  const auto groups = TRY(group_uuids(appliance));
  for (const auto& device :
       TRY(values_of(appliance, guestfs_lvs(appliance.handle()), "logical volumes"))) {
    if (is_known(inventory, device)) continue;
    auto volume = read_logical_volume(appliance, device, groups);
    // Listed and not there: its group lacks a disk (device_set.h).
    if (!volume && volume.error().code == Errc::not_found) continue;
    inventory.volumes.push_back(TRY(std::move(volume)));
  }
  return {};
}

Result<Inventory> read_disks(const Appliance& appliance) {
  Inventory inventory;
  for (const Device& device : TRY(appliance.disks()))
    inventory.disks.push_back(TRY(read_disk(appliance, device)));
  TRY(add_partitions(appliance, inventory));
  TRY(add_whole_disks(appliance, inventory));
  return inventory;
}

Result<Inventory> read_inventory(Appliance& appliance) {
  Inventory inventory = TRY(read_disks(appliance));
  if (any_of_type(inventory, "linux_raid_member") || any_of_type(inventory, "LVM2_member"))
    TRY(appliance.assemble());
  TRY(add_arrays(appliance, inventory));
  TRY(add_logical_volumes(appliance, inventory));
  return inventory;
}

}  // namespace imprint::guest

#include <fmt/format.h>

#include "tests/guests/library/binaries.h"
#include "tests/guests/library/parts.h"

namespace imprint::guests {
namespace {

using guest::TableType;
using guest::Volume;

constexpr std::uint32_t disk_id = 0x5d1fd0f8;
constexpr std::uint64_t mebibyte = std::uint64_t{1} << 20U;

std::string mbr_type(const Part& part) {
  if (part.filesystem == "swap") return "0x82";
  if (part.filesystem == "LVM2_member") return "0x8e";
  if (part.filesystem == "linux_raid_member") return "0xfd";
  return part.filesystem == "vfat" ? "0xef" : "0x83";
}

std::string gpt_type(const Part& part) {
  if (!part.type.empty()) return part.type;
  if (part.filesystem == "LVM2_member") return lvm_type;
  return part.filesystem == "vfat" ? esp_type : linux_type;
}

Volume partition(TableType table, int number, std::uint64_t start, const Part& part) {
  Volume volume;
  volume.device = fmt::format("/dev/sda{}", number);
  volume.number = number;
  volume.start = start;
  volume.size = part.size * mebibyte;
  volume.filesystem = part.filesystem;
  volume.uuid = part.uuid;
  volume.label = part.label;
  const bool gpt = table == TableType::gpt;
  volume.part_uuid = gpt ? fmt::format("{:08x}-0000-4000-8000-0000000000{:02}", disk_id, number)
                         : fmt::format("{:08x}-{:02}", disk_id, number);
  volume.part_type = gpt ? gpt_type(part) : mbr_type(part);
  return volume;
}

}  // namespace

void lay_out(Guest& guest, TableType table, const std::vector<Part>& parts,
             std::string_view boot_code) {
  guest.inventory.disks.push_back({"/dev/sda", 4096 * mebibyte, table,
                                   boot_sector(boot_code, table == TableType::mbr ? disk_id : 0)});
  std::uint64_t start = mebibyte;
  int number = 1;
  for (const Part& part : parts) {
    guest.inventory.volumes.push_back(partition(table, number++, start, part));
    start += part.size * mebibyte;
  }
}

void add_logical_volume(Guest& guest, const std::string& group, const std::string& name,
                        const Part& part) {
  Volume volume;
  volume.kind = Volume::Kind::logical_volume;
  volume.device = fmt::format("/dev/{}/{}", group, name);
  volume.volume_group = group;
  volume.logical_volume = name;
  volume.size = part.size * mebibyte;
  volume.filesystem = part.filesystem;
  volume.uuid = part.uuid;
  volume.label = part.label;
  guest.inventory.volumes.push_back(std::move(volume));
}

}  // namespace imprint::guests

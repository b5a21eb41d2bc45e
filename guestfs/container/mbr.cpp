#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "guestfs/container/partitions.h"
#include "guestfs/container/rules_table.h"
#include "guestfs/language/say.h"

namespace imprint::container {
namespace {

constexpr std::size_t sector_size = 512;
constexpr std::size_t table_offset = 446;
constexpr std::size_t entry_size = 16;
constexpr unsigned protective = 0xee;

struct Entry {
  int number;
  unsigned flag;
  unsigned type;
  std::array<unsigned, 3> first_chs;
  std::uint64_t first;
  std::uint64_t sectors;

  [[nodiscard]] bool used() const { return type != 0 || sectors != 0; }
  [[nodiscard]] bool flag_valid() const { return flag == 0 || flag == 0x80; }
};

Entry read_entry(Bytes sector, int index) {
  const Bytes bytes =
      sector.subspan(table_offset + static_cast<std::size_t>(index) * entry_size, entry_size);
  const auto at = [&](std::size_t i) { return std::to_integer<unsigned>(bytes[i]); };
  return {index + 1,
          at(0),
          at(4),
          {at(1), at(2), at(3)},
          little_endian<std::uint32_t>(bytes, 8),
          little_endian<std::uint32_t>(bytes, 12)};
}

bool is_volume_boot_sector(Bytes sector) {
  return holds(sector, 3, "NTFS    ") || holds(sector, 3, "EXFAT   ") ||
         (sector[0x10] == std::byte{2} && sector[0x15] == std::byte{0xf8});
}

/// Boot code and error messages where a table would be do not pass this.
bool makes_sense(const std::array<Entry, 4>& entries, std::uint64_t disk_size) {
  const bool flags = std::ranges::all_of(entries, &Entry::flag_valid);
  const bool any = std::ranges::any_of(entries, [&](const Entry& entry) {
    return entry.type != 0 && entry.sectors != 0 && entry.first != 0 &&
           entry.first < disk_size / sector_size;
  });
  return flags && any;
}

void check_protective(const Entry& entry, std::size_t used, std::vector<std::string>& faults) {
  if (entry.first_chs != std::array<unsigned, 3>{0, 2, 0})
    faults.push_back(say("the protective entry {} has CHS start {:02x} {:02x} {:02x}, not 00 02 00",
                         entry.number, entry.first_chs[0], entry.first_chs[1], entry.first_chs[2]));
  if (used > 1)
    faults.push_back(say("the protective entry {} stands beside {} other entries (hybrid)",
                         entry.number, used - 1));
}

std::vector<std::string> faults_of(const std::array<Entry, 4>& entries) {
  std::vector<std::string> faults;
  const auto used = static_cast<std::size_t>(std::ranges::count_if(entries, &Entry::used));
  for (const Entry& entry : entries) {
    if (!entry.flag_valid())
      faults.push_back(
          say("entry {} has boot flag 0x{:02x}, neither 0x00 nor 0x80", entry.number, entry.flag));
    if (entry.type == protective) check_protective(entry, used, faults);
    if (entry.sectors != 0 && entry.first == 0)
      faults.push_back(say("entry {} starts at sector 0, over the table itself", entry.number));
    if (entry.type != 0 && entry.sectors == 0)
      faults.push_back(say("entry {} of type 0x{:02x} has no sectors", entry.number, entry.type));
  }
  if (used == 0) faults.emplace_back(say("no entry is in use"));
  if (std::ranges::count(entries, 0x80U, &Entry::flag) > 1)
    faults.emplace_back(say("more than one entry is marked as active"));
  return faults;
}

/// The kernel takes a boot flag that is none for a sign that this is no table.
Severity gravest_of(const std::array<Entry, 4>& entries) {
  return std::ranges::all_of(entries, &Entry::flag_valid) ? Severity::warning : Severity::error;
}

}  // namespace

bool is_extended_type(unsigned type) {
  return type == 0x05 || type == 0x0f || type == 0x85;
}

PartitionTable read_mbr(Bytes sector, std::uint64_t disk_size, bool filesystem) {
  PartitionTable table;
  if (sector.size() < sector_size || !holds(sector, 510, "\x55\xaa")) return table;
  const std::array entries{read_entry(sector, 0), read_entry(sector, 1), read_entry(sector, 2),
                           read_entry(sector, 3)};
  if ((filesystem || is_volume_boot_sector(sector)) && !makes_sense(entries, disk_size))
    return table;
  table.kind = TableKind::mbr;
  table.protective =
      std::ranges::any_of(entries, [](const Entry& entry) { return entry.type == protective; });
  table.announced = std::ranges::any_of(
      entries, [](const Entry& entry) { return entry.type == protective && entry.first == 1; });
  for (const Entry& entry : entries)
    if (entry.type != 0 && entry.type != protective && entry.sectors != 0)
      table.partitions.push_back({entry.number, entry.first * sector_size,
                                  entry.sectors * sector_size, is_extended_type(entry.type)});
  if (const auto faults = faults_of(entries); !faults.empty())
    table.findings.push_back(
        finding_of("disk.mbr-pte-invalid", gravest_of(entries),
                   say("the MBR partition table: {}", fmt::join(faults, "; "))));
  return table;
}

}  // namespace imprint::container

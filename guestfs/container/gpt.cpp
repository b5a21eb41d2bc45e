#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <optional>

#include "guestfs/container/faults.h"
#include "guestfs/container/partitions.h"
#include "guestfs/container/rules_table.h"
#include "guestfs/language/say.h"

namespace imprint::container {
namespace {

constexpr std::size_t header_size = 92;
constexpr std::uint64_t entries_limit = 4 << 20;  // bytes, the kernel's own; the usual is 16 KiB
constexpr std::uint64_t sector_limit = std::uint64_t{1} << 50;  // so that bytes can be counted
constexpr std::uint32_t entry_length = 128;                     // the kernel takes no other

struct Header {
  std::uint64_t own_lba;
  std::uint64_t other_lba;
  std::uint64_t first_usable;
  std::uint64_t last_usable;
  std::uint64_t entries_lba;
  std::uint32_t entry_count;
  std::uint32_t entry_size;
  std::uint32_t entries_crc;

  [[nodiscard]] std::uint64_t entries_length() const {
    return std::uint64_t{entry_count} * entry_size;
  }
};

/// One copy of the table: what was found of it, and why it cannot be relied on.
struct Copy {
  bool present = false;
  std::string fault;
  std::optional<Header> header;
  std::vector<std::byte> entries;

  [[nodiscard]] bool sound() const { return present && fault.empty(); }
};

std::uint32_t crc_of(Bytes bytes) {
  return static_cast<std::uint32_t>(
      ::crc32_z(0, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()));
}

std::uint32_t header_crc(std::vector<std::byte> bytes, std::size_t length) {
  std::fill_n(bytes.begin() + 16, 4, std::byte{0});
  return crc_of(Bytes{bytes}.first(length));
}

Header header_of(Bytes bytes) {
  return {little_endian<std::uint64_t>(bytes, 24), little_endian<std::uint64_t>(bytes, 32),
          little_endian<std::uint64_t>(bytes, 40), little_endian<std::uint64_t>(bytes, 48),
          little_endian<std::uint64_t>(bytes, 72), little_endian<std::uint32_t>(bytes, 80),
          little_endian<std::uint32_t>(bytes, 84), little_endian<std::uint32_t>(bytes, 88)};
}

/// What is_gpt_valid() in the kernel's block/partitions/efi.c asks for, but that the disk be as
/// long as the table says: that is the disk's fault, not the table's.
std::string fault_of_header(const std::vector<std::byte>& bytes, const Header& header,
                            std::uint64_t lba) {
  const auto length = little_endian<std::uint32_t>(bytes, 12);
  if (length < header_size || length > bytes.size()) return say("its header size is {}", length);
  const auto stored = little_endian<std::uint32_t>(bytes, 16);
  if (const auto computed = header_crc(bytes, length); computed != stored)
    return say("its header checksum is {:08x}, computed {:08x}", stored, computed);
  if (header.own_lba != lba) return say("it stands at sector {} but says {}", lba, header.own_lba);
  if (header.first_usable > header.last_usable)
    return say("its usable sectors go from {} to {}", header.first_usable, header.last_usable);
  if (header.entry_size != entry_length || header.entries_length() > entries_limit)
    return say("it has {} entries of {} bytes", header.entry_count, header.entry_size);
  return {};
}

Result<Copy> read_copy(ByteSource& source, std::uint64_t lba, std::uint64_t sector) {
  Copy copy;
  if (lba >= source.size() / sector) {
    copy.fault =
        say("it should be at sector {}, but the disk has {} sectors", lba, source.size() / sector);
    return copy;
  }
  copy.fault = say("there is none at sector {}", lba);
  const auto bytes = TRY(read_range(source, lba * sector, sector));
  if (bytes.size() < sector || !holds(bytes, 0, "EFI PART")) return copy;
  copy.present = true;
  copy.header = header_of(bytes);
  copy.fault = fault_of_header(bytes, *copy.header, lba);
  if (!copy.fault.empty()) return copy;
  const auto length = static_cast<std::size_t>(copy.header->entries_length());
  if (copy.header->entries_lba > source.size() / sector)
    copy.fault = say("its entries are at sector {}, past the end", copy.header->entries_lba);
  else
    copy.entries = TRY(read_range(source, copy.header->entries_lba * sector, length));
  if (copy.fault.empty() && crc_of(copy.entries) != copy.header->entries_crc)
    copy.fault = say("the checksum of its entries is {:08x}, computed {:08x}",
                     copy.header->entries_crc, crc_of(copy.entries));
  return copy;
}

std::vector<Partition> partitions_of(const Copy& copy, std::uint64_t sector) {
  std::vector<Partition> partitions;
  for (std::size_t i = 0; i < copy.header->entry_count; ++i) {
    const Bytes entry = Bytes{copy.entries}.subspan(i * entry_length, entry_length);
    if (std::ranges::all_of(entry.first(16), [](std::byte b) { return b == std::byte{0}; }))
      continue;
    const std::uint64_t first = std::min(little_endian<std::uint64_t>(entry, 32), sector_limit);
    const std::uint64_t last = std::min(little_endian<std::uint64_t>(entry, 40), sector_limit);
    partitions.push_back(
        {static_cast<int>(i) + 1, first * sector, last < first ? 0 : (last - first + 1) * sector});
  }
  return partitions;
}

/// Linux looks at the backup only where its command line says "gpt", so a damaged primary copy
/// costs it all partitions.
void report_copies(const Copy& primary, const Copy& backup, PartitionTable& table) {
  if (primary.sound() && backup.sound()) return;
  std::vector<std::string> faults;
  if (!primary.sound()) faults.push_back(say("the primary copy: {}", primary.fault));
  if (!backup.sound()) faults.push_back(say("the backup copy: {}", backup.fault));
  table.findings.push_back(finding_of("disk.gpt-damaged",
                                      primary.sound() ? Severity::warning : Severity::error,
                                      say("the GPT partition table: {}", fmt::join(faults, "; "))));
}

void report_entries(PartitionTable& table, const Header& header) {
  Faults wrong;
  for (const Partition& partition : table.partitions) {
    const std::uint64_t first = partition.start / table.sector_size;
    if (partition.size == 0)
      wrong.say("partition {} of the GPT ends before it begins", partition.number);
    else if (first < header.first_usable)
      wrong.say(
          "partition {} of the GPT begins at sector {}, before {}, the first that may be used",
          partition.number, first, header.first_usable);
  }
  if (wrong.count == 0) return;
  wrong.report("disk.gpt-damaged", table.findings);
}

Result<PartitionTable> read_gpt_of(ByteSource& source, std::uint64_t sector) {
  PartitionTable table;
  const std::uint64_t sectors = source.size() / sector;
  if (sectors < 3) return table;
  const Copy primary = TRY(read_copy(source, 1, sector));
  const std::uint64_t backup_lba = primary.sound() ? primary.header->other_lba : sectors - 1;
  const Copy backup = TRY(read_copy(source, backup_lba, sector));
  if (!primary.present && !backup.present) return table;
  table.kind = TableKind::gpt;
  table.sector_size = sector;
  report_copies(primary, backup, table);
  const Copy& valid = primary.sound() ? primary : backup;
  if (!valid.sound()) return table;
  table.end = std::min(valid.header->last_usable, sector_limit) * sector + sector;
  table.partitions = partitions_of(valid, sector);
  report_entries(table, *valid.header);
  return table;
}

}  // namespace

Result<PartitionTable> read_gpt(ByteSource& source) {
  for (const std::uint64_t sector : {512U, 4096U}) {
    PartitionTable table = TRY(read_gpt_of(source, sector));
    if (table.kind == TableKind::gpt) return table;
  }
  return PartitionTable{};
}

}  // namespace imprint::container

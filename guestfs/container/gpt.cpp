#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <optional>

#include "guestfs/container/partitions.h"
#include "guestfs/container/rules_table.h"
#include "guestfs/language/say.h"

namespace imprint::container {
namespace {

constexpr std::size_t header_size = 92;
constexpr std::uint64_t entries_limit = 1 << 20;  // bytes; the usual table has 16 KiB

struct Header {
  std::uint64_t own_lba;
  std::uint64_t other_lba;
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
          little_endian<std::uint64_t>(bytes, 72), little_endian<std::uint32_t>(bytes, 80),
          little_endian<std::uint32_t>(bytes, 84), little_endian<std::uint32_t>(bytes, 88)};
}

std::string fault_of_header(const std::vector<std::byte>& bytes, const Header& header,
                            std::uint64_t lba) {
  const auto length = little_endian<std::uint32_t>(bytes, 12);
  if (length < header_size || length > bytes.size()) return say("its header size is {}", length);
  const auto stored = little_endian<std::uint32_t>(bytes, 16);
  if (const auto computed = header_crc(bytes, length); computed != stored)
    return say("its header checksum is {:08x}, computed {:08x}", stored, computed);
  if (header.own_lba != lba) return say("it stands at sector {} but says {}", lba, header.own_lba);
  if (header.entry_size < 128 || header.entry_size % 128 != 0 ||
      header.entries_length() > entries_limit)
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
  constexpr std::uint64_t sector_limit = std::uint64_t{1} << 50;
  for (std::size_t i = 0; i < copy.header->entry_count; ++i) {
    const Bytes entry = Bytes{copy.entries}.subspan(i * copy.header->entry_size, 128);
    if (std::ranges::all_of(entry.first(16), [](std::byte b) { return b == std::byte{0}; }))
      continue;
    const std::uint64_t first = std::min(little_endian<std::uint64_t>(entry, 32), sector_limit);
    const std::uint64_t last = std::min(little_endian<std::uint64_t>(entry, 40), sector_limit);
    partitions.push_back(
        {static_cast<int>(i) + 1, first * sector, last < first ? 0 : (last - first + 1) * sector});
  }
  return partitions;
}

void report_copies(const Copy& primary, const Copy& backup, PartitionTable& table) {
  if (primary.sound() && backup.sound()) return;
  std::vector<std::string> faults;
  if (!primary.sound()) faults.push_back(say("the primary copy: {}", primary.fault));
  if (!backup.sound()) faults.push_back(say("the backup copy: {}", backup.fault));
  const bool lost = !primary.sound() && !backup.sound();
  table.findings.push_back(finding_of("disk.gpt-damaged",
                                      lost ? Severity::error : Severity::warning,
                                      say("the GPT partition table: {}", fmt::join(faults, "; "))));
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
  if (primary.sound())
    table.partitions = partitions_of(primary, sector);
  else if (backup.sound())
    table.partitions = partitions_of(backup, sector);
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

#include "guestfs/container/qcow2_tables.h"
#include "guestfs/container/rules_table.h"
#include "guestfs/language/say.h"

namespace imprint::container::qcow2 {
namespace {

constexpr std::size_t entry_size = 40;
constexpr std::uint32_t extra_limit = 1024;                     // QEMU's own
constexpr std::uint64_t table_limit = std::uint64_t{64} << 20;  // QEMU's own

struct Entry {
  std::uint64_t l1_offset;
  std::uint32_t l1_size;
  std::uint64_t length;  ///< in the table
  std::uint32_t extra;
};

Entry entry_of(Bytes bytes) {
  const std::uint32_t extra = big_endian<std::uint32_t>(bytes, 36);
  const std::uint64_t names =
      std::uint64_t{big_endian<std::uint16_t>(bytes, 12)} + big_endian<std::uint16_t>(bytes, 14);
  return {big_endian<std::uint64_t>(bytes, 0), big_endian<std::uint32_t>(bytes, 8),
          (entry_size + extra + names + 7) / 8 * 8, extra};
}

std::vector<Finding> bomb(std::string message) {
  return {finding_of("disk.qcow2-header-bomb", std::move(message))};
}

std::vector<Finding> cut(std::string message) {
  return {finding_of("disk.truncated", std::move(message))};
}

}  // namespace

Result<std::vector<Finding>> walk_snapshots(ByteSource& source, const Header& header) {
  std::uint64_t offset = header.snapshots_offset;
  for (std::uint32_t number = 1; number <= header.snapshot_count; ++number) {
    const auto bytes = TRY(read_range(source, offset, entry_size));
    if (bytes.size() < entry_size)
      return cut(say("snapshot {}: its entry is at byte {}, but the file has {} bytes", number,
                     offset, source.size()));
    const Entry entry = entry_of(bytes);
    if (entry.extra > extra_limit)
      return bomb(say("snapshot {}: extra data of {} bytes", number, entry.extra));
    const std::uint64_t l1_bytes = std::uint64_t{entry.l1_size} * 8;
    if (l1_bytes > l1_bytes_limit)
      return bomb(say("snapshot {}: an L1 table of {} bytes", number, l1_bytes));
    if (entry.l1_offset > source.size() || l1_bytes > source.size() - entry.l1_offset)
      return cut(say("snapshot {}: its L1 table is at byte {}, but the file has {} bytes", number,
                     entry.l1_offset, source.size()));
    offset += entry.length;
    if (offset - header.snapshots_offset > table_limit)
      return bomb(
          say("snapshot {}: the snapshot table is larger than {} bytes", number, table_limit));
  }
  return std::vector<Finding>{};
}

}  // namespace imprint::container::qcow2

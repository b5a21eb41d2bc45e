#include <algorithm>

#include "guestfs/container/crc32c.h"
#include "guestfs/container/rules_table.h"
#include "guestfs/container/vhdx_structures.h"
#include "guestfs/language/say.h"

namespace imprint::container::vhdx {
namespace {

constexpr std::size_t header_length = 4096;
constexpr std::array<std::uint64_t, 2> header_offsets{64 << 10, 128 << 10};
constexpr std::size_t checksum_at = 4;
constexpr std::uint64_t log_sector = 4096;
constexpr std::uint64_t log_bytes_budget = std::uint64_t{64} << 20;  // a log has 1 MiB as a rule

bool checksum_fits(std::vector<std::byte> bytes) {
  const auto stored = little_endian<std::uint32_t>(bytes, checksum_at);
  std::fill_n(bytes.begin() + checksum_at, 4, std::byte{0});
  return crc32c(bytes) == stored;
}

/// Nothing if the bytes are no sound header.
std::optional<Header> parse_header(const std::vector<std::byte>& bytes) {
  if (bytes.size() < header_length || !holds(bytes, 0, "head") || !checksum_fits(bytes) ||
      little_endian<std::uint16_t>(bytes, 66) != 1)
    return std::nullopt;
  Header header;
  header.sequence = little_endian<std::uint64_t>(bytes, 8);
  std::copy_n(bytes.begin() + 48, header.log_guid.size(), header.log_guid.begin());
  header.log_version = little_endian<std::uint16_t>(bytes, 64);
  header.log_length = little_endian<std::uint32_t>(bytes, 68);
  header.log_offset = little_endian<std::uint64_t>(bytes, 72);
  return header;
}

}  // namespace

Result<std::optional<Header>> read_headers(ByteSource& source, std::vector<Finding>& findings) {
  const auto first_bytes = TRY(read_range(source, header_offsets[0], header_length));
  const auto second_bytes = TRY(read_range(source, header_offsets[1], header_length));
  const auto first = parse_header(first_bytes);
  const auto second = parse_header(second_bytes);
  if (!first && !second) {
    findings.push_back(
        finding_of("disk.vhdx-table", say("neither of the two VHDX headers is sound")));
    return std::optional<Header>{};
  }
  // Disk2vhd writes the same header twice.
  if (first && second && first->sequence == second->sequence && first_bytes != second_bytes) {
    findings.push_back(finding_of(
        "disk.vhdx-table",
        say("the two VHDX headers differ, but have the same sequence number {}", first->sequence)));
    return std::optional<Header>{};
  }
  if (first && (!second || first->sequence >= second->sequence)) return first;
  return second;
}

Result<bool> check_log(ByteSource& source, const Header& header, std::vector<Finding>& findings) {
  if (!header.has_log()) return false;
  const std::uint64_t end =
      header.log_offset + std::min<std::uint64_t>(header.log_length, log_bytes_budget);
  for (std::uint64_t at = header.log_offset; at < end; at += log_sector) {
    const auto entry = TRY(read_range(source, at, 64));
    if (entry.size() < 64 || !holds(entry, 0, "loge")) continue;
    if (!std::equal(header.log_guid.begin(), header.log_guid.end(), entry.begin() + 32)) continue;
    findings.push_back(finding_of(
        "disk.vhdx-dirty-log", Severity::error,
        say("the log of the VHDX at byte {} holds changes that were never written to the disk",
            at)));
    return true;
  }
  findings.push_back(finding_of(
      "disk.vhdx-dirty-log",
      say("the VHDX was not closed cleanly: its header names a log, but the log is empty")));
  return false;
}

}  // namespace imprint::container::vhdx

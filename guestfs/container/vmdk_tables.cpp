#include <algorithm>

#include "guestfs/container/faults.h"
#include "guestfs/container/limits.h"
#include "guestfs/container/table_reader.h"
#include "guestfs/container/vmdk_structures.h"

namespace imprint::container::vmdk {
namespace {

constexpr std::uint64_t zeroed_grain = 1;
constexpr std::size_t grain_marker_length = 12;  // guest sector and length before compressed data

class Walk {
 public:
  Walk(ByteSource& source, const Header& header) : source_{source}, header_{header} {}

  Result<std::vector<Finding>> run() {
    check_directory(header_.directory_at);
    if (header_.has_redundant_directory() && header_.redundant_directory_at != 0)
      check_directory(header_.redundant_directory_at);
    if (header_.data_at > (size() + sector_size - 1) / sector_size)
      truncated_.say("the grains of the VMDK begin at byte {}, but the file has {} bytes",
                     header_.data_at * sector_size, size());
    if (truncated_.count == 0) TRY(read_directory());
    if (truncated_.count == 0 && header_.compressed()) TRY(read_last_marker());
    wrong_.report("disk.vmdk-header", findings_);
    truncated_.report("disk.truncated", findings_);
    if (findings_.empty() && allocated_ == 0)
      findings_.push_back(finding_of("disk.blank", say("no block of the disk holds any data")));
    return std::move(findings_);
  }

 private:
  [[nodiscard]] std::uint64_t size() const { return source_.size(); }
  [[nodiscard]] bool fits(std::uint64_t sector, std::uint64_t length) const {
    return sector <= size() / sector_size && length <= size() - sector * sector_size;
  }

  void check_directory(std::uint64_t sector) {
    const std::uint64_t length = header_.tables() * 4;
    if (!fits(sector, length))
      truncated_.say(
          "a grain directory of the VMDK has {} bytes at sector {}, but the file has {} bytes",
          length, sector, size());
  }

  Result<> read_directory() {
    const std::uint64_t table_bytes = std::uint64_t{header_.entries_per_table} * 4;
    std::vector<std::pair<std::uint64_t, std::uint32_t>> tables;
    std::uint64_t used = 0;
    TRY(for_each_entry(source_, header_.directory_at * sector_size, header_.tables(), 4,
                       [&](std::uint64_t index, Bytes entry) {
                         const auto sector = little_endian<std::uint32_t>(entry, 0);
                         if (sector == 0) return;
                         if (++used <= table_bytes_budget / table_bytes)
                           tables.emplace_back(index, sector);
                       }));
    if (used > tables.size())
      findings_.push_back(finding_of(
          "disk.truncated", Severity::warning,
          say("only the first {} of {} grain tables were looked at", tables.size(), used)));
    for (const auto& [index, sector] : tables) TRY(read_table(index, sector, table_bytes));
    return {};
  }

  Result<> read_table(std::uint64_t index, std::uint32_t sector, std::uint64_t length) {
    if (!fits(sector, length)) {
      truncated_.say("grain table {} of the VMDK is at sector {}, but the file has {} bytes", index,
                     sector, size());
      return {};
    }
    const auto table =
        TRY(read_range(source_, sector * sector_size, static_cast<std::size_t>(length)));
    if (all_zero(table)) return {};
    for (std::uint64_t i = 0; (i + 1) * 4 <= table.size(); ++i)
      check_grain(index * header_.table_covers() + i * header_.grain,
                  little_endian<std::uint32_t>(table, static_cast<std::size_t>(i * 4)));
    return {};
  }

  void check_grain(std::uint64_t guest, std::uint32_t sector) {
    if (sector == 0 || guest >= header_.capacity) return;
    if (sector == zeroed_grain && header_.has_zero_grains()) return;
    ++allocated_;
    if (sector <= header_.descriptor_at)
      wrong_.say("guest sector {}: its grain is at sector {}, inside the header", guest, sector);
    const std::uint64_t needed =
        header_.compressed() ? grain_marker_length
                             : std::min(header_.grain, header_.capacity - guest) * sector_size;
    if (!fits(sector, needed))
      truncated_.say("guest sector {}: its grain is at sector {}, but the file has {} bytes", guest,
                     sector, size());
    else
      last_grain_ = std::max<std::uint64_t>(last_grain_, sector);
  }

  /// Compressed grains tell their length themselves; the last one tells whether the file ends in
  /// the midst of it.
  Result<> read_last_marker() {
    if (last_grain_ == 0) return {};
    const auto marker = TRY(read_range(source_, last_grain_ * sector_size, grain_marker_length));
    if (marker.size() < grain_marker_length) return {};
    const auto length = little_endian<std::uint32_t>(marker, 8);
    if (!fits(last_grain_, std::uint64_t{grain_marker_length} + length))
      truncated_.say(
          "the last grain of the VMDK has {} bytes at sector {}, but the file has {} "
          "bytes",
          length, last_grain_, size());
    return {};
  }

  ByteSource& source_;
  const Header& header_;
  std::vector<Finding> findings_;
  Faults truncated_;
  Faults wrong_;
  std::uint64_t allocated_ = 0;
  std::uint64_t last_grain_ = 0;
};

}  // namespace

Result<std::vector<Finding>> walk_tables(ByteSource& source, const Header& header) {
  return Walk{source, header}.run();
}

}  // namespace imprint::container::vmdk

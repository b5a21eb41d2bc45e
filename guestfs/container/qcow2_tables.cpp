#include "guestfs/container/qcow2_tables.h"

#include <algorithm>

#include "guestfs/container/faults.h"
#include "guestfs/container/qcow2_refcounts.h"

namespace imprint::container::qcow2 {
namespace {

constexpr std::uint64_t offset_mask = 0x00fffffffffffe00;
constexpr std::uint64_t refcount_offset_mask = ~std::uint64_t{511};
constexpr std::uint64_t copied_flag = std::uint64_t{1} << 63;
constexpr std::uint64_t compressed_flag = std::uint64_t{1} << 62;

struct L2Table {
  std::uint64_t offset;
  std::uint64_t index;  ///< in the L1 table
};

class Walk {
 public:
  Walk(ByteSource& source, const Header& header)
      : source_{source}, header_{header}, claims_{source.size(), header} {}

  Result<std::vector<Finding>> run() {
    const auto blocks = TRY(read_refcount_table());
    // A dirty image has stale counts, which is told of, and QEMU counts anew when it opens it.
    if (!header_.has(incompatible::dirty) && truncated_.count == 0 && corrupt_.count == 0)
      counts_ = TRY(Refcounts::read(source_, header_, blocks));
    check_counts_of_tables();
    TRY(read_l1());
    TRY(read_l2_tables());
    truncated_.report("disk.truncated", findings_);
    for (const Faults* faults : {&corrupt_, &uncounted_, &shared_})
      faults->report("disk.qcow2-corrupt-or-dirty", findings_);
    const bool sound = truncated_.count + corrupt_.count + uncounted_.count + shared_.count == 0;
    // An overlay that nobody has written to shows what its backing file holds.
    const bool alone = header_.backing_offset == 0;
    if (sound && alone && !budget_spent_ && allocated_ == 0)
      findings_.push_back(finding_of("disk.blank", say("no cluster of the disk holds any data")));
    return std::move(findings_);
  }

 private:
  [[nodiscard]] std::uint64_t size() const { return source_.size(); }
  [[nodiscard]] bool fits(std::uint64_t offset, std::uint64_t length) const {
    return offset <= size() && length <= size() - offset;
  }

  /// Where the blocks are, in the table's order; 0: there is none.
  Result<std::vector<std::uint64_t>> read_refcount_table() {
    const std::uint64_t length =
        std::uint64_t{header_.refcount_table_clusters} * header_.cluster_size();
    if (!fits(header_.refcount_table_offset, length))
      truncated_.say("the refcount table covers bytes {} to {}, but the file has {} bytes",
                     header_.refcount_table_offset, header_.refcount_table_offset + length, size());
    const auto table =
        TRY(read_range(source_, header_.refcount_table_offset, static_cast<std::size_t>(length)));
    std::vector<std::uint64_t> blocks;
    for (std::size_t i = 0; i + 8 <= table.size(); i += 8) {
      const std::uint64_t offset = big_endian<std::uint64_t>(table, i) & refcount_offset_mask;
      blocks.push_back(offset);
      if (offset % header_.cluster_size() != 0)
        corrupt_.say("refcount block {} is at byte {}, not at the start of a cluster", i / 8,
                     offset);
      else if (offset != 0 && !fits(offset, header_.cluster_size()))
        truncated_.say("refcount block {} is at byte {}, but the file has {} bytes", i / 8, offset,
                       size());
      else if (offset != 0)
        refcount_blocks_.push_back(offset);
    }
    std::ranges::sort(refcount_blocks_);
    return blocks;
  }

  void check_counted(std::uint64_t offset, std::uint64_t length) {
    if (!counts_.cover(offset, length))
      uncounted_.say(
          "the cluster at byte {} is in use, but its refcount is 0: the next write overwrites it",
          offset >> header_.cluster_bits << header_.cluster_bits);
  }

  void check_counts_of_tables() {
    check_counted(0, header_.cluster_size());
    check_counted(header_.l1_offset, std::uint64_t{header_.l1_size} * 8);
    check_counted(header_.refcount_table_offset,
                  header_.refcount_table_clusters * header_.cluster_size());
    for (const std::uint64_t block : refcount_blocks_) check_counted(block, header_.cluster_size());
  }

  /// Whether the cluster holds what QEMU itself works with: a write to it destroys the image.
  [[nodiscard]] bool is_metadata(std::uint64_t cluster) const {
    const auto lies_in = [&](std::uint64_t offset, std::uint64_t length) {
      return cluster + header_.cluster_size() > offset && cluster < offset + length;
    };
    return lies_in(header_.l1_offset, std::uint64_t{header_.l1_size} * 8) ||
           lies_in(header_.refcount_table_offset,
                   header_.refcount_table_clusters * header_.cluster_size()) ||
           std::ranges::binary_search(refcount_blocks_, cluster);
  }

  Result<> read_l1() {
    const std::uint64_t length = std::uint64_t{header_.l1_size} * 8;
    if (!fits(header_.l1_offset, length))
      truncated_.say("the L1 table covers bytes {} to {}, but the file has {} bytes",
                     header_.l1_offset, header_.l1_offset + length, size());
    const auto table =
        TRY(read_range(source_, header_.l1_offset, static_cast<std::size_t>(length)));
    for (std::size_t i = 0; i + 8 <= table.size(); i += 8)
      note_l2(i / 8, big_endian<std::uint64_t>(table, i));
    std::ranges::sort(tables_, {}, &L2Table::offset);
    const auto same = [](const L2Table& a, const L2Table& b) { return a.offset == b.offset; };
    for (auto it = std::ranges::adjacent_find(tables_, same); it != tables_.end();
         it = std::adjacent_find(it + 1, tables_.end(), same))
      corrupt_.say("L1 entries {} and {} share the L2 table at byte {}", it->index, (it + 1)->index,
                   it->offset);
    const auto rest = std::ranges::unique(tables_, same);
    tables_.erase(rest.begin(), rest.end());
    for (const L2Table& l2 : tables_) check_counted(l2.offset, header_.cluster_size());
    return {};
  }

  void note_l2(std::uint64_t index, std::uint64_t entry) {
    const std::uint64_t offset = entry & offset_mask;
    if (offset == 0) return;
    if (offset % header_.cluster_size() != 0)
      corrupt_.say("L1 entry {} is 0x{:016x}: its L2 table is not at the start of a cluster", index,
                   entry);
    else if (!fits(offset, header_.cluster_size()))
      truncated_.say("L1 entry {}: its L2 table is at byte {}, but the file has {} bytes", index,
                     offset, size());
    else if (is_metadata(offset))
      corrupt_.say("L1 entry {}: its L2 table at byte {} lies over another table", index, offset);
    else
      tables_.push_back({offset, index});
  }

  Result<> read_l2_tables() {
    std::uint64_t spent = 0;
    for (const L2Table& table : tables_) {
      spent += header_.cluster_size();
      if (spent > table_bytes_budget) {
        budget_spent_ = true;
        findings_.push_back(finding_of("disk.truncated", Severity::warning,
                                       say("only the first {} MiB of {} L2 tables were looked at",
                                           table_bytes_budget >> 20, tables_.size())));
        return {};
      }
      const auto bytes =
          TRY(read_range(source_, table.offset, static_cast<std::size_t>(header_.cluster_size())));
      read_l2(table, bytes);
    }
    return {};
  }

  void read_l2(const L2Table& table, Bytes bytes) {
    if (all_zero(bytes)) return;
    const auto step = static_cast<std::size_t>(header_.l2_entry_size());
    for (std::size_t i = 0; i + step <= bytes.size(); i += step) {
      const auto entry = big_endian<std::uint64_t>(bytes, i);
      const std::uint64_t guest =
          (table.index * header_.l2_entries() + i / step) * header_.cluster_size();
      if (header_.has(incompatible::extended_l2) && (entry & compressed_flag) == 0)
        check_bitmap(guest, entry & offset_mask, big_endian<std::uint64_t>(bytes, i + 8));
      if (entry == 0) continue;
      if ((entry & compressed_flag) != 0)
        check_compressed(guest, entry);
      else
        check_standard(guest, entry);
    }
  }

  void check_standard(std::uint64_t guest, std::uint64_t entry) {
    const std::uint64_t offset = entry & offset_mask;
    if (offset == 0) return;
    ++allocated_;
    if (offset % header_.cluster_size() != 0)
      corrupt_.say("guest byte {}: entry 0x{:016x} is not at the start of a cluster", guest, entry);
    else if (!fits(offset, needed_of(guest)))
      truncated_.say("guest byte {}: its cluster covers bytes {} to {}, but the file has {} bytes",
                     guest, offset, offset + header_.cluster_size(), size());
    else if (lies_over_table(offset))
      corrupt_.say("guest byte {}: its cluster at byte {} lies over a table", guest, offset);
    else
      claim(guest, offset, header_.cluster_size(), (entry & copied_flag) != 0);
  }

  void claim(std::uint64_t guest, std::uint64_t offset, std::uint64_t length, bool in_place) {
    check_counted(offset, length);
    if (!claims_.add(offset, length, in_place))
      shared_.say(
          "guest byte {}: its cluster at byte {} holds other bytes of the guest too, and is "
          "written in place",
          guest, offset);
  }

  [[nodiscard]] bool lies_over_table(std::uint64_t cluster) const {
    return cluster == 0 || is_metadata(cluster) ||
           std::ranges::binary_search(tables_, cluster, {}, &L2Table::offset);
  }

  /// The lower half says which subclusters are written, the upper one which of them read as zeros
  /// (QEMU's docs/interop/qcow2.txt, "Extended L2 Entries"). QEMU reads no cluster where they
  /// contradict each other.
  void check_bitmap(std::uint64_t guest, std::uint64_t offset, std::uint64_t bitmap) {
    const std::uint64_t written = bitmap & 0xFFFFFFFF;
    if (offset == 0 && written != 0)
      corrupt_.say(
          "guest byte {}: subclusters are written (0x{:016x}), but the cluster has no place", guest,
          bitmap);
    else if ((written & (bitmap >> 32)) != 0)
      corrupt_.say("guest byte {}: subclusters are written and zeros at once (0x{:016x})", guest,
                   bitmap);
  }

  /// The last cluster of the disk need not be whole, and one with subclusters ends where the last
  /// written one does.
  [[nodiscard]] std::uint64_t needed_of(std::uint64_t guest) const {
    if (header_.has(incompatible::extended_l2)) return header_.cluster_size() / 32;
    if (guest >= header_.virtual_size) return 1;
    return std::min(header_.cluster_size(), header_.virtual_size - guest);
  }

  void check_compressed(std::uint64_t guest, std::uint64_t entry) {
    ++allocated_;
    const unsigned sector_shift = 62 - (header_.cluster_bits - 8);
    const std::uint64_t offset = entry & ((std::uint64_t{1} << sector_shift) - 1);
    const std::uint64_t sectors = ((entry & (compressed_flag - 1)) >> sector_shift) + 1;
    // The count is of 512-byte sectors touched, so that the last of them may reach past the data
    // and the file.
    const std::uint64_t least_end = offset / 512 * 512 + (sectors - 1) * 512;
    if (!fits(std::max(offset + 1, least_end), 0))
      truncated_.say(
          "guest byte {}: its compressed cluster begins at byte {} and has {} sectors, but "
          "the file has {} bytes",
          guest, offset, sectors, size());
    else if (lies_over_table(offset >> header_.cluster_bits << header_.cluster_bits))
      corrupt_.say("guest byte {}: its cluster at byte {} lies over a table", guest, offset);
    else
      claim(guest, offset, std::max(offset + 1, least_end) - offset, false);
  }

  ByteSource& source_;
  const Header& header_;
  std::vector<Finding> findings_;
  Faults truncated_;
  Faults corrupt_;
  Faults uncounted_;
  Faults shared_;
  Refcounts counts_;
  Claims claims_;
  std::vector<std::uint64_t> refcount_blocks_;  ///< where each is, sorted
  std::vector<L2Table> tables_;                 ///< sorted by offset once all are known
  std::uint64_t allocated_ = 0;
  bool budget_spent_ = false;
};

}  // namespace

Result<std::vector<Finding>> walk_tables(ByteSource& source, const Header& header) {
  return Walk{source, header}.run();
}

}  // namespace imprint::container::qcow2

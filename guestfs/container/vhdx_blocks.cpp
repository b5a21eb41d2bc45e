#include "guestfs/container/faults.h"
#include "guestfs/container/table_reader.h"
#include "guestfs/container/vhdx_structures.h"

namespace imprint::container::vhdx {
namespace {

constexpr std::uint64_t offset_mask = ~(mib - 1);
constexpr std::uint64_t state_mask = 7;
constexpr std::uint64_t fully_present = 6;
constexpr std::uint64_t last_absent_state = 3;  // not present, undefined, zero, unmapped

class BlockWalk {
 public:
  BlockWalk(const Layout& layout, std::uint64_t file_size) : layout_{layout}, size_{file_size} {}

  void visit(std::uint64_t index, std::uint64_t entry) {
    const std::uint64_t per_chunk = layout_.chunk_ratio() + 1;
    if (index % per_chunk == layout_.chunk_ratio()) return;  // a sector bitmap, only for a parent
    const std::uint64_t guest = (index - index / per_chunk) * layout_.block_size;
    const std::uint64_t state = entry & state_mask;
    if (state <= last_absent_state) return;
    ++allocated_;
    const std::uint64_t start = entry & offset_mask;
    if (state != fully_present || start < mib)
      wrong_.say("entry {} of the VHDX's block table is 0x{:016x}: no state or place of a block",
                 index, entry);
    else if (const std::uint64_t needed =
                 std::min(layout_.block_size, layout_.virtual_size - guest);
             start > size_ || needed > size_ - start)
      cut_.say(
          "guest byte {}: its block begins at byte {} and needs {} bytes, but the file "
          "has {} bytes",
          guest, start, needed, size_);
  }

  void report(std::vector<Finding>& findings) const {
    wrong_.report("disk.vhdx-table", findings);
    cut_.report("disk.truncated", findings);
    if (allocated_ == 0)
      findings.push_back(finding_of("disk.blank", say("no block of the disk holds any data")));
  }

 private:
  const Layout& layout_;
  std::uint64_t size_;
  std::uint64_t allocated_ = 0;
  Faults wrong_;
  Faults cut_;
};

}  // namespace

Result<> walk_blocks(ByteSource& source, const Layout& layout, std::vector<Finding>& findings) {
  const std::uint64_t blocks = (layout.virtual_size + layout.block_size - 1) / layout.block_size;
  const std::uint64_t entries = blocks + (blocks == 0 ? 0 : (blocks - 1) / layout.chunk_ratio());
  if (entries * 8 > layout.blocks.length) {
    findings.push_back(
        finding_of("disk.vhdx-table",
                   say("the VHDX's block table has {} bytes, too few for a disk of {} bytes",
                       layout.blocks.length, layout.virtual_size)));
    return {};
  }
  if (layout.blocks.offset > source.size() ||
      layout.blocks.length > source.size() - layout.blocks.offset) {
    findings.push_back(
        finding_of("disk.truncated",
                   say("the VHDX's block table has {} bytes at byte {}, but the file has {} bytes",
                       layout.blocks.length, layout.blocks.offset, source.size())));
    return {};
  }
  BlockWalk walk{layout, source.size()};
  TRY(for_each_entry(source, layout.blocks.offset, entries, 8,
                     [&](std::uint64_t index, Bytes entry) {
                       walk.visit(index, little_endian<std::uint64_t>(entry, 0));
                     }));
  walk.report(findings);
  return {};
}

}  // namespace imprint::container::vhdx

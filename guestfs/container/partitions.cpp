#include "guestfs/container/partitions.h"

#include <algorithm>
#include <iterator>

#include "guestfs/container/filesystem.h"
#include "guestfs/container/rules_table.h"
#include "guestfs/language/say.h"

namespace imprint::container {

namespace {

/// Partitions that share bytes. An extended one holds the logical ones.
void report_overlaps(PartitionTable& table) {
  std::vector<Partition> sorted;
  std::ranges::copy_if(table.partitions, std::back_inserter(sorted),
                       [](const Partition& each) { return !each.extended && each.size != 0; });
  std::ranges::sort(sorted, {}, &Partition::start);
  for (std::size_t i = 1; i < sorted.size(); ++i) {
    const Partition& before = sorted[i - 1];
    if (before.start + before.size <= sorted[i].start) continue;
    table.findings.push_back(finding_of(
        "disk.partitions-overlap", say("partitions {} and {} both cover byte {}", before.number,
                                       sorted[i].number, sorted[i].start)));
    return;
  }
}

/// The kernel takes a disk with an entry of type 0xee for a GPT's or for nobody's.
void report_missing_gpt(PartitionTable& mbr) {
  mbr.partitions.clear();
  mbr.findings.push_back(
      finding_of("disk.gpt-damaged", Severity::error,
                 say("the MBR announces a GPT partition table, but there is none")));
}

Result<PartitionTable> read_table(ByteSource& source, Bytes head) {
  const bool filesystem = !TRY(content_at(source, 0)).empty();
  PartitionTable mbr = read_mbr(head, source.size(), filesystem);
  PartitionTable gpt = TRY(read_gpt(source));
  if (mbr.protective && gpt.kind == TableKind::none) {
    report_missing_gpt(mbr);
    return mbr;
  }
  // Kernel and firmware believe a GPT only behind a protective MBR. Without one it may be the rest
  // of an older table, and an MBR with partitions of its own wins.
  if (gpt.kind == TableKind::none || (!mbr.protective && !mbr.partitions.empty())) {
    TRY(read_logical_partitions(source, mbr));
    return mbr;
  }
  if (!mbr.protective)
    gpt.findings.push_back(finding_of(
        "disk.gpt-damaged", Severity::error,
        say("the GPT partition table has no protective MBR in sector 0, so it is ignored")));
  else if (!mbr.announced)
    gpt.findings.push_back(
        finding_of("disk.gpt-damaged", Severity::error,
                   say("the MBR's entry of type 0xee does not start at sector 1, so the GPT "
                       "partition table is ignored")));
  gpt.protective = mbr.protective;
  std::ranges::move(mbr.findings, std::back_inserter(gpt.findings));
  return gpt;
}

}  // namespace

Result<PartitionTable> read_partition_table(ByteSource& source, Bytes head) {
  PartitionTable table = TRY(read_table(source, head));
  report_overlaps(table);
  return table;
}

}  // namespace imprint::container

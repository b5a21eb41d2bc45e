#include "guestfs/container/partitions.h"

#include <algorithm>
#include <iterator>

#include "guestfs/container/rules_table.h"
#include "guestfs/language/say.h"

namespace imprint::container {

Result<PartitionTable> read_partition_table(ByteSource& source, Bytes head) {
  PartitionTable mbr = read_mbr(head, source.size());
  PartitionTable gpt = TRY(read_gpt(source));
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
  gpt.protective = mbr.protective;
  std::ranges::move(mbr.findings, std::back_inserter(gpt.findings));
  return gpt;
}

}  // namespace imprint::container

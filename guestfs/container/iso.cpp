#include <algorithm>
#include <array>

#include "guestfs/container/filesystem.h"
#include "guestfs/container/format.h"
#include "guestfs/container/partitions.h"
#include "guestfs/container/rules_table.h"
#include "guestfs/language/say.h"

namespace imprint::container {
namespace {

constexpr std::size_t first_descriptor = 32768;
constexpr std::size_t descriptor_size = 2048;
constexpr std::size_t descriptors_looked_at = 16;

bool has_volume_descriptor(Bytes head) {
  constexpr std::array<std::string_view, 3> identifiers{"CD001", "NSR02", "NSR03"};
  for (std::size_t i = 0; i < descriptors_looked_at; ++i) {
    const std::size_t offset = first_descriptor + i * descriptor_size + 1;
    if (std::ranges::any_of(identifiers, [&](auto text) { return holds(head, offset, text); }))
      return true;
  }
  return false;
}

/// Isohybrid discs have partition tables too; what they never have is a partition that a system is
/// installed on.
bool has_root_partition(const Probe& probe) {
  const auto table = read_partition_table(probe.source, probe.head);
  if (!table) return false;
  return std::ranges::any_of(table->partitions, [&](const Partition& partition) {
    const auto content = content_at(probe.source, partition.start);
    return partition.start != 0 && content && can_hold_root(*content);
  });
}

}  // namespace

bool recognise_iso(const Probe& probe) {
  return has_volume_descriptor(probe.head) && !has_root_partition(probe);
}

Result<> judge_iso(const Probe&, GateReport& report) {
  report.findings.push_back(
      finding_of("disk.iso-image", say("the image is an optical disc (volume descriptor at byte "
                                       "32769) and no partition of it holds "
                                       "a file system that a system could be installed on")));
  return {};
}

}  // namespace imprint::container

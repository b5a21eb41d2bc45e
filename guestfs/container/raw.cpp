#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "guestfs/container/faults.h"
#include "guestfs/container/filesystem.h"
#include "guestfs/container/format.h"
#include "guestfs/container/partitions.h"
#include "guestfs/container/rules_table.h"
#include "guestfs/language/say.h"

namespace imprint::container {
namespace {

constexpr std::uint64_t sector_size = 512;
constexpr std::uint64_t alignment = std::uint64_t{1} << 20;

bool has_boot_code(Bytes head) {
  return head.size() >= sector_size && holds(head, 510, "\x55\xaa") &&
         std::ranges::any_of(head.first(440), [](std::byte byte) { return byte != std::byte{0}; });
}

void check_extents(const PartitionTable& table, std::uint64_t size, GateReport& report) {
  Faults cut;
  for (const Partition& partition : table.partitions)
    if (partition.start + partition.size > size)
      cut.say("partition {} covers bytes {} to {}, but the disk has {} bytes", partition.number,
              partition.start, partition.start + partition.size, size);
  if (cut.count == 0 && table.end > size)
    cut.say(
        "the GPT partition table is that of a disk of at least {} bytes, but the disk has {} "
        "bytes",
        table.end, size);
  cut.report("disk.truncated", report.findings);
}

void check_alignment(const PartitionTable& table, GateReport& report) {
  constexpr std::size_t shown = 16;
  std::vector<std::string> starts;
  for (const Partition& partition : table.partitions)
    if (!partition.extended && partition.start % alignment != 0 && starts.size() < shown)
      starts.push_back(say("partition {} at byte {}", partition.number, partition.start));
  if (starts.empty()) return;
  report.findings.push_back(
      finding_of("disk.not-aligned",
                 say("partitions that do not start at a whole MiB: {}", fmt::join(starts, ", "))));
}

Result<> check_content(const Probe& probe, const PartitionTable& table, GateReport& report) {
  if (!table.partitions.empty()) return {};
  const bool told = std::ranges::any_of(
      table.findings, [](const Finding& each) { return each.rule == "disk.gpt-damaged"; });
  if (told) return {};
  if (!TRY(content_at(probe.source, 0)).empty() || has_boot_code(probe.head)) return {};
  report.findings.push_back(finding_of(
      "disk.blank",
      table.kind != TableKind::none
          ? say("the partition table has no entry and there is no boot code")
          : say("the disk holds no partition table, no known file system and no boot sector")));
  return {};
}

}  // namespace

Result<> judge_raw(const Probe& probe, GateReport& report) {
  const std::uint64_t size = probe.source.size();
  report.container.virtual_size = (size + sector_size - 1) / sector_size * sector_size;
  PartitionTable table = TRY(read_partition_table(probe.source, probe.head));
  if (table.sector_size != sector_size) {
    report.findings.push_back(finding_of(
        "disk.sector-size",
        say("the GPT partition table is laid out for sectors of {} bytes", table.sector_size)));
    return {};
  }
  TRY(check_content(probe, table, report));
  if (report.findings.empty() && size % sector_size != 0)
    report.findings.push_back(finding_of(
        "disk.truncated", Severity::warning,
        say("the file has {} bytes, which is not a whole number of 512-byte sectors", size)));
  check_extents(table, size, report);
  check_alignment(table, report);
  std::ranges::move(table.findings, std::back_inserter(report.findings));
  return {};
}

}  // namespace imprint::container

#include <bit>

#include "guestfs/container/format.h"
#include "guestfs/container/limits.h"
#include "guestfs/container/rules_table.h"
#include "guestfs/container/vhdx_structures.h"
#include "guestfs/language/say.h"

namespace imprint::container {
namespace {

constexpr std::uint64_t largest_block = 256 * vhdx::mib;
/// QEMU takes the whole block table into memory, however much of it is in use.
constexpr std::uint64_t block_table_limit = std::uint64_t{256} << 20;

void add(GateReport& report, std::string_view rule, std::string message) {
  report.findings.push_back(finding_of(rule, std::move(message)));
}

/// Whether the block table may be walked.
bool check_layout(const vhdx::Layout& layout, GateReport& report) {
  if (layout.has_parent)
    add(report, "disk.differencing", say("the VHDX holds only what differs from a parent disk"));
  else if (layout.logical_sector == 4096)
    add(report, "disk.sector-size",
        say("the VHDX is a disk of 4096-byte sectors, which QEMU does not read"));
  else if (layout.logical_sector != 512)
    add(report, "disk.vhdx-table",
        say("the VHDX has sectors of {} bytes, neither 512 nor 4096", layout.logical_sector));
  else if (!std::has_single_bit(layout.block_size) || layout.block_size < vhdx::mib ||
           layout.block_size > largest_block)
    add(report, "disk.vhdx-table",
        say("the VHDX has blocks of {} bytes, no power of two from 1 to 256 MiB",
            layout.block_size));
  else if (layout.virtual_size > virtual_size_limit)
    add(report, "disk.size-bomb",
        say("the virtual size is {} bytes, more than {}", layout.virtual_size, virtual_size_limit));
  else if (layout.virtual_size == 0 || layout.virtual_size % layout.logical_sector != 0)
    add(report, "disk.vhdx-table",
        say("the VHDX promises {} bytes, which is not a number of sectors", layout.virtual_size));
  else if (layout.blocks.length > block_table_limit)
    add(report, "disk.vhdx-table",
        say("the VHDX's block table has {} bytes, more than any disk needs", layout.blocks.length));
  else
    return true;
  return false;
}

/// Whether the log stands where one may; QEMU looks at it even if it is empty.
bool check_log_place(const vhdx::Header& header, GateReport& report) {
  if (header.log_version == 0 && header.log_offset >= vhdx::mib &&
      header.log_offset % vhdx::mib == 0 && header.log_length % vhdx::mib == 0 &&
      header.log_offset < (std::uint64_t{1} << 62))
    return true;
  add(report, "disk.vhdx-table",
      say("the VHDX has a log of version {} with {} bytes at byte {}, not whole MiB behind the "
          "headers",
          header.log_version, header.log_length, header.log_offset));
  return false;
}

}  // namespace

bool recognise_vhdx(const Probe& probe) {
  return holds(probe.head, 0, "vhdxfile");
}

Result<> judge_vhdx(const Probe& probe, GateReport& report) {
  if (probe.source.size() < vhdx::mib) {
    add(report, "disk.truncated",
        say("the file has {} bytes, less than the headers of a VHDX", probe.source.size()));
    return {};
  }
  const auto header = TRY(vhdx::read_headers(probe.source, report.findings));
  if (!header || !check_log_place(*header, report)) return {};
  vhdx::Layout layout;
  if (!TRY(vhdx::read_regions(probe.source, *header, layout, report.findings))) return {};
  if (!TRY(vhdx::read_metadata(probe.source, layout, report.findings))) return {};
  if (!check_layout(layout, report)) return {};
  report.container.virtual_size = layout.virtual_size;
  if (TRY(vhdx::check_log(probe.source, *header, report.findings))) return {};
  return vhdx::walk_blocks(probe.source, layout, report.findings);
}

}  // namespace imprint::container

#include <algorithm>
#include <bit>

#include "guestfs/container/faults.h"
#include "guestfs/container/format.h"
#include "guestfs/container/limits.h"
#include "guestfs/container/table_reader.h"
#include "guestfs/container/vhd_structures.h"

namespace imprint::container {
namespace {

using vhd::DiskType;
using vhd::Footer;

constexpr std::uint64_t mib = std::uint64_t{1} << 20;
constexpr std::uint64_t format_limit = std::uint64_t{2040} << 30;  // of the sector numbers
constexpr std::uint32_t unallocated = 0xffffffff;

void add(GateReport& report, std::string_view rule, std::string message) {
  report.findings.push_back(finding_of(rule, std::move(message)));
}

/// A fixed VHD is a raw disk with a footer behind it. The footer must fit the file: a guest may
/// well keep a VHD of its own at the end of its disk.
bool has_fixed_footer(const Probe& probe) {
  const auto footer = vhd::read_footer(probe.tail);
  if (!footer || footer->type != static_cast<std::uint32_t>(DiskType::fixed)) return false;
  const std::uint64_t data = probe.source.size() - vhd::footer_length;
  return footer->current_size == data || big_endian<std::uint64_t>(probe.tail, 40) == data;
}

/// The sizes that two programs read out of one footer.
void check_size(const Footer& footer, GateReport& report) {
  if (footer.goes_by_geometry() && footer.geometry_size() != footer.current_size)
    add(report, "disk.vhd-size",
        say("the geometry {}/{}/{} makes {} bytes, but the footer says {}; creator '{}' goes by "
            "the geometry, Hyper-V and Azure by the footer",
            footer.cylinders, footer.heads, footer.sectors, footer.geometry_size(),
            footer.current_size, printable(std::as_bytes(std::span{footer.creator}))));
  else if (footer.current_size % mib != 0)
    report.findings.push_back(finding_of(
        "disk.vhd-size", Severity::info,
        say("the disk has {} bytes, which is not a whole number of MiB", footer.current_size)));
}

/// Whether the tables may be read: type, checksum, size.
bool check_footer(const Footer& footer, GateReport& report) {
  if (footer.type == static_cast<std::uint32_t>(DiskType::differencing)) {
    add(report, "disk.differencing", say("the VHD holds only what differs from a parent disk"));
    return false;
  }
  if (!footer.sound()) {
    add(report, "disk.vhd-header",
        say("the checksum of the VHD footer is {:08x}, computed {:08x}", footer.checksum,
            footer.computed_checksum));
    return false;
  }
  if (footer.type != static_cast<std::uint32_t>(DiskType::fixed) &&
      footer.type != static_cast<std::uint32_t>(DiskType::dynamic)) {
    add(report, "disk.vhd-header",
        say("the VHD footer gives the unknown disk type {}", footer.type));
    return false;
  }
  if (std::max(footer.virtual_size(), footer.current_size) > format_limit) {
    add(report, "disk.size-bomb",
        say("the virtual size is {} bytes, more than {}",
            std::max(footer.virtual_size(), footer.current_size), format_limit));
    return false;
  }
  report.container.virtual_size = footer.virtual_size();
  if (footer.virtual_size() == 0) add(report, "disk.vhd-header", say("the VHD has no sectors"));
  return footer.virtual_size() != 0;
}

Result<> judge_fixed(const Probe& probe, const Footer& footer, GateReport& report) {
  const std::uint64_t data = probe.source.size() - vhd::footer_length;
  if (footer.virtual_size() > data)
    add(report, "disk.truncated",
        say("the VHD promises {} bytes, but only {} stand before its footer", footer.virtual_size(),
            data));
  return {};
}

std::string fault_of(const vhd::DynamicHeader& header, const Footer& footer) {
  if (!header.sound) return say("the checksum of the VHD's dynamic header is wrong");
  if (!std::has_single_bit(header.block_size) || header.block_size < vhd::sector_size)
    return say("the VHD has blocks of {} bytes, which is not a power of two from 512",
               header.block_size);
  const std::uint64_t room = std::uint64_t{header.table_entries} * header.block_size;
  if (room < footer.virtual_size())
    return say("the VHD's block table has {} entries, too few for a disk of {} bytes",
               header.table_entries, footer.virtual_size());
  if (std::uint64_t{header.table_entries} * 4 > table_bytes_budget / 8)
    return say("the VHD's block table has {} entries, more than any disk needs",
               header.table_entries);
  return {};
}

Result<> walk_table(ByteSource& source, const vhd::DynamicHeader& header, GateReport& report) {
  const std::uint64_t size = source.size();
  const std::uint64_t bytes = std::uint64_t{header.table_entries} * 4;
  if (header.table_offset > size || bytes > size - header.table_offset) {
    add(report, "disk.truncated",
        say("the VHD's block table has {} bytes at byte {}, but the file has {} bytes", bytes,
            header.table_offset, size));
    return {};
  }
  Faults cut;
  Faults wrong;
  std::uint64_t allocated = 0;
  TRY(for_each_entry(
      source, header.table_offset, header.table_entries, 4, [&](std::uint64_t index, Bytes entry) {
        const auto sector = big_endian<std::uint32_t>(entry, 0);
        if (sector == unallocated) return;
        ++allocated;
        const std::uint64_t start = std::uint64_t{sector} * vhd::sector_size;
        const std::uint64_t end = start + header.bitmap_size() + header.block_size;
        if (start < vhd::footer_length + vhd::dynamic_header_length)
          wrong.say("entry {} of the VHD's block table points into the header, at byte {}", index,
                    start);
        else if (end > size)
          cut.say("guest byte {}: its block covers bytes {} to {}, but the file has {} bytes",
                  index * header.block_size, start, end, size);
      }));
  wrong.report("disk.vhd-header", report.findings);
  cut.report("disk.truncated", report.findings);
  if (allocated == 0)
    report.findings.push_back(finding_of("disk.blank", say("no block of the disk holds any data")));
  return {};
}

Result<> judge_dynamic(const Probe& probe, const Footer& footer, GateReport& report) {
  const auto bytes = TRY(read_range(probe.source, footer.data_offset, vhd::dynamic_header_length));
  const auto header = vhd::read_dynamic_header(bytes);
  if (!header) {
    if (bytes.size() < vhd::dynamic_header_length)
      add(report, "disk.truncated",
          say("the VHD's dynamic header is at byte {}, but the file has {} bytes",
              footer.data_offset, probe.source.size()));
    else
      add(report, "disk.vhd-header",
          say("there is no dynamic header at byte {} of the VHD", footer.data_offset));
    return {};
  }
  if (std::string fault = fault_of(*header, footer); !fault.empty()) {
    add(report, "disk.vhd-header", std::move(fault));
    return {};
  }
  TRY(walk_table(probe.source, *header, report));
  const auto last = vhd::read_footer(probe.tail);
  if (report.findings.empty() && (!last || !last->sound()))
    report.findings.push_back(finding_of(
        "disk.truncated", Severity::warning,
        say("the VHD does not end in a footer, though every block of it is in the file")));
  return {};
}

}  // namespace

bool recognise_vhd(const Probe& probe) {
  return holds(probe.head, 0, vhd::cookie) || has_fixed_footer(probe);
}

Result<> judge_vhd(const Probe& probe, GateReport& report) {
  // The first bytes win, as for QEMU.
  const bool at_start = holds(probe.head, 0, vhd::cookie);
  const auto footer = vhd::read_footer(at_start ? Bytes{probe.head} : Bytes{probe.tail});
  if (!footer) {
    add(report, "disk.truncated",
        say("the file has {} bytes, less than a VHD footer", probe.source.size()));
    return {};
  }
  if (!check_footer(*footer, report)) return {};
  if (at_start && footer->type == static_cast<std::uint32_t>(DiskType::fixed)) {
    add(report, "disk.vhd-header",
        say("the VHD begins with a footer, as a dynamic one does, but calls itself fixed"));
    return {};
  }
  TRY(at_start ? judge_dynamic(probe, *footer, report) : judge_fixed(probe, *footer, report));
  const bool sound = std::ranges::none_of(report.findings, [](const Finding& finding) {
    return finding.severity == Severity::error && finding.rule != "disk.blank";
  });
  if (sound) check_size(*footer, report);
  return {};
}

}  // namespace imprint::container

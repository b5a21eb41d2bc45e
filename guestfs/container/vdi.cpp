// VirtualBox disk images, version 1.1 (the header as in VirtualBox's VDICore.h).

#include <array>

#include "guestfs/container/faults.h"
#include "guestfs/container/format.h"
#include "guestfs/container/limits.h"
#include "guestfs/container/table_reader.h"

namespace imprint::container {
namespace {

constexpr std::size_t header_length = 512;
constexpr std::uint32_t version_1_1 = 0x00010001;
constexpr std::uint32_t sector_size = 512;
constexpr std::uint32_t block_size = 1 << 20;  // the only one in use
constexpr std::uint32_t dynamic_image = 1;
constexpr std::uint32_t fixed_image = 2;
constexpr std::uint32_t first_unallocated = 0xfffffffe;  // discarded, and after it never written

struct Header {
  std::uint32_t version;
  std::uint32_t type;
  std::uint64_t map_offset;
  std::uint64_t data_offset;
  std::uint32_t sector;
  std::uint64_t disk_size;
  std::uint32_t block;
  std::uint32_t blocks;
  bool linked;  ///< to the image that it continues
};

Header read_header(Bytes head) {
  return {.version = little_endian<std::uint32_t>(head, 0x44),
          .type = little_endian<std::uint32_t>(head, 0x4c),
          .map_offset = little_endian<std::uint32_t>(head, 0x154),
          .data_offset = little_endian<std::uint32_t>(head, 0x158),
          .sector = little_endian<std::uint32_t>(head, 0x168),
          .disk_size = little_endian<std::uint64_t>(head, 0x170),
          .block = little_endian<std::uint32_t>(head, 0x178),
          .blocks = little_endian<std::uint32_t>(head, 0x180),
          .linked = !all_zero(head.subspan(0x1a8, 32))};
}

/// Why the numbers cannot be right; empty if they can.
std::string fault_of(const Header& header) {
  if (header.sector != sector_size)
    return say("the VDI header gives sectors of {} bytes, not 512", header.sector);
  if (header.block != block_size)
    return say("the VDI header gives blocks of {} bytes, not 1048576", header.block);
  if (header.map_offset % sector_size != 0 || header.map_offset < header_length)
    return say("the VDI block map is at byte {}, which is not a sector behind the header",
               header.map_offset);
  if (header.data_offset % sector_size != 0 || header.data_offset < header_length)
    return say("the VDI data is at byte {}, which is not a sector behind the header",
               header.data_offset);
  if (header.disk_size > std::uint64_t{header.blocks} * block_size)
    return say("the VDI block map has {} entries, too few for a disk of {} bytes", header.blocks,
               header.disk_size);
  if (header.blocks > virtual_size_limit / block_size)
    return say("the VDI block map has {} entries, more than any disk needs", header.blocks);
  return {};
}

/// The blocks that the map refers to, all of them inside the file.
Result<> walk_map(ByteSource& source, const Header& header, GateReport& report) {
  const std::uint64_t size = source.size();
  const std::uint64_t map_bytes = std::uint64_t{header.blocks} * 4;
  if (header.map_offset > size || map_bytes > size - header.map_offset) {
    report.findings.push_back(finding_of(
        "disk.truncated", say("the VDI block map covers bytes {} to {}, but the file has {} bytes",
                              header.map_offset, header.map_offset + map_bytes, size)));
    return {};
  }
  Faults cut;
  std::uint64_t allocated = 0;
  TRY(for_each_entry(
      source, header.map_offset, header.blocks, 4, [&](std::uint64_t index, Bytes bytes) {
        const auto block = little_endian<std::uint32_t>(bytes, 0);
        const std::uint64_t guest = index * block_size;
        if (block >= first_unallocated || guest >= header.disk_size) return;
        ++allocated;
        const std::uint64_t start = header.data_offset + std::uint64_t{block} * block_size;
        const std::uint64_t end =
            start + std::min<std::uint64_t>(block_size, header.disk_size - guest);
        if (end > size)
          cut.say("guest byte {}: its block covers bytes {} to {}, but the file has {} bytes",
                  guest, start, end, size);
      }));
  cut.report("disk.truncated", report.findings);
  if (allocated == 0)
    report.findings.push_back(finding_of("disk.blank", say("no block of the disk holds any data")));
  return {};
}

}  // namespace

bool recognise_vdi(const Probe& probe) {
  return holds(probe.head, 0x40, "\x7f\x10\xda\xbe");
}

Result<> judge_vdi(const Probe& probe, GateReport& report) {
  auto& findings = report.findings;
  const std::uint64_t size = probe.source.size();
  if (probe.head.size() < header_length) {
    findings.push_back(
        finding_of("disk.truncated", say("the file has {} bytes, less than a VDI header", size)));
    return {};
  }
  const Header header = read_header(probe.head);
  if (header.version != version_1_1) {
    findings.push_back(finding_of("disk.format-unsupported",
                                  say("the image is VDI version {}.{}; version 1.1 is accepted",
                                      header.version >> 16, header.version & 0xffff)));
    return {};
  }
  if (header.linked || (header.type != dynamic_image && header.type != fixed_image)) {
    findings.push_back(finding_of(
        "disk.differencing",
        say("the VDI (image type {}) holds only what differs from another image", header.type)));
    return {};
  }
  if (header.disk_size > virtual_size_limit) {
    findings.push_back(finding_of(
        "disk.size-bomb",
        say("the virtual size is {} bytes, more than {}", header.disk_size, virtual_size_limit)));
    return {};
  }
  report.container.virtual_size = (header.disk_size + sector_size - 1) / sector_size * sector_size;
  if (std::string fault = fault_of(header); !fault.empty()) {
    findings.push_back(finding_of("disk.vdi-header", std::move(fault)));
    return {};
  }
  return walk_map(probe.source, header, report);
}

}  // namespace imprint::container

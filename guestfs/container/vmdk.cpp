#include <algorithm>
#include <iterator>

#include "guestfs/container/format.h"
#include "guestfs/container/limits.h"
#include "guestfs/container/rules_table.h"
#include "guestfs/container/vmdk_structures.h"
#include "guestfs/language/say.h"

namespace imprint::container {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view old_magic = "COWD";  // VMFS sparse extents of ESX
constexpr std::string_view se_sparse_magic = "\xbe\xba\xfe\xca\0\0\0\0"sv;
/// QEMU looks for a parent in so many bytes from 0x200, whatever the header says.
constexpr std::uint64_t parent_window = 20 * vmdk::sector_size;

std::string_view text_of(Bytes bytes) {
  const std::string_view text{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  return text.substr(0, text.find('\0'));
}

/// The text form: comment lines and blank lines may precede what QEMU looks for, so it is searched
/// as QEMU does.
bool is_descriptor(Bytes head) {
  if (head.empty() || head[0] != std::byte{'#'}) return false;
  const std::string_view text{reinterpret_cast<const char*>(head.data()), head.size()};
  std::size_t start = 0;
  while (start < text.size()) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    std::string_view line = text.substr(start, end - start);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (line.starts_with("# Disk DescriptorFile") || line.starts_with("version=")) return true;
    if (line.find_first_not_of(' ') != std::string_view::npos && line[0] != '#') return false;
    start = end + 1;
  }
  return false;
}

void add(GateReport& report, std::string_view rule, std::string message) {
  report.findings.push_back(finding_of(rule, std::move(message)));
}

void append(std::vector<Finding> more, GateReport& report) {
  std::ranges::move(more, std::back_inserter(report.findings));
}

bool rejected(const GateReport& report) {
  return std::ranges::any_of(
      report.findings, [](const Finding& finding) { return finding.severity == Severity::error; });
}

/// The disks whose data is never in this one file.
void judge_split(const Probe& probe, GateReport& report) {
  if (holds(probe.head, 0, old_magic) || holds(probe.head, 0, se_sparse_magic)) {
    add(report, "disk.vmdk-subformat",
        say("the file is a sparse extent of an ESX host, one part of a VMDK"));
    return;
  }
  const std::string_view text = text_of(probe.head);
  add(report, "disk.vmdk-subformat",
      say("the file is only the descriptor of a VMDK (createType '{}'); its data lies in other "
          "files",
          vmdk::create_type_of(text)));
  append(vmdk::check_extent_paths(text), report);
}

Result<> check_descriptor(ByteSource& source, const vmdk::Header& header, GateReport& report) {
  if (header.descriptor_at != 1 || header.descriptor_size == 0 ||
      header.descriptor_size > vmdk::descriptor_limit / vmdk::sector_size) {
    add(report, "disk.vmdk-extent-path",
        say("the VMDK descriptor has {} sectors at sector {}; it must have 1 to {} at sector 1",
            header.descriptor_size, header.descriptor_at,
            vmdk::descriptor_limit / vmdk::sector_size));
    return {};
  }
  const std::uint64_t length = header.descriptor_size * vmdk::sector_size;
  const auto bytes = TRY(read_range(source, vmdk::sector_size,
                                    static_cast<std::size_t>(std::max(length, parent_window))));
  if (bytes.size() < length) {
    add(report, "disk.truncated",
        say("the VMDK descriptor has {} bytes, but only {} of them are in the file", length,
            bytes.size()));
    return {};
  }
  const std::string_view text = text_of(Bytes{bytes}.first(static_cast<std::size_t>(length)));
  append(vmdk::check_descriptor(text, header.compressed()), report);
  if (!rejected(report) && text_of(bytes).find("parentFileNameHint") != std::string_view::npos)
    add(report, "disk.differencing",
        say("a name of a parent is hidden behind the VMDK descriptor"));
  return {};
}

}  // namespace

bool recognise_vmdk(const Probe& probe) {
  return holds(probe.head, 0, vmdk::magic) || holds(probe.head, 0, old_magic) ||
         holds(probe.head, 0, se_sparse_magic) || is_descriptor(probe.head);
}

Result<> judge_vmdk(const Probe& probe, GateReport& report) {
  if (!holds(probe.head, 0, vmdk::magic)) {
    judge_split(probe, report);
    return {};
  }
  if (probe.head.size() < vmdk::sector_size) {
    add(report, "disk.truncated",
        say("the file has {} bytes, less than a VMDK header", probe.source.size()));
    return {};
  }
  const vmdk::Header header = vmdk::read_header(probe.head);
  if (header.capacity <= virtual_size_limit / vmdk::sector_size)
    report.container.virtual_size = header.capacity * vmdk::sector_size;
  append(vmdk::check_sizes(header), report);
  if (!rejected(report)) TRY(check_descriptor(probe.source, header, report));
  if (rejected(report)) return {};
  std::optional<vmdk::Header> valid{header};
  if (header.directory_at == vmdk::Header::directory_in_footer)
    valid = TRY(vmdk::read_footer(probe.source, header, report.findings));
  if (valid) append(TRY(vmdk::walk_tables(probe.source, *valid)), report);
  return {};
}

}  // namespace imprint::container

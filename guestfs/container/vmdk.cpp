#include "guestfs/container/format.h"
#include "guestfs/container/rules_table.h"
#include "guestfs/language/say.h"

namespace imprint::container {
namespace {

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

}  // namespace

bool recognise_vmdk(const Probe& probe) {
  return holds(probe.head, 0, "KDMV") || holds(probe.head, 0, "COWD") || is_descriptor(probe.head);
}

Result<> judge_vmdk(const Probe& probe, GateReport& report) {
  const bool sparse = holds(probe.head, 0, "KDMV");
  report.findings.push_back(finding_of(
      "disk.format-unsupported",
      sparse ? say("the image is a VMDK (sparse extent), which is not accepted yet")
             : say("the image is a VMDK whose data lies in other files, which is never accepted")));
  return {};
}

}  // namespace imprint::container

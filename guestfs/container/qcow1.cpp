#include "guestfs/container/format.h"
#include "guestfs/container/rules_table.h"
#include "guestfs/language/say.h"

namespace imprint::container {

bool recognise_qcow1(const Probe& probe) {
  return holds(probe.head, 0, "QFI\xfb") && probe.head.size() >= 8 &&
         big_endian<std::uint32_t>(probe.head, 4) == 1;
}

Result<> judge_qcow1(const Probe&, GateReport& report) {
  report.findings.push_back(finding_of(
      "disk.format-unsupported",
      say("the image is qcow version 1, which qcow2 replaced; versions 2 and 3 are accepted")));
  return {};
}

}  // namespace imprint::container

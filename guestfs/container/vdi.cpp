#include "guestfs/container/format.h"
#include "guestfs/container/rules_table.h"
#include "guestfs/language/say.h"

namespace imprint::container {

bool recognise_vdi(const Probe& probe) {
  return holds(probe.head, 0x40, "\x7f\x10\xda\xbe");
}

Result<> judge_vdi(const Probe&, GateReport& report) {
  report.findings.push_back(
      finding_of("disk.format-unsupported", say("the image is a VDI, which is not accepted yet")));
  return {};
}

}  // namespace imprint::container

#include "guestfs/container/format.h"
#include "guestfs/container/rules_table.h"
#include "guestfs/language/say.h"

namespace imprint::container {

bool recognise_vhdx(const Probe& probe) {
  return holds(probe.head, 0, "vhdxfile");
}

Result<> judge_vhdx(const Probe&, GateReport& report) {
  report.findings.push_back(
      finding_of("disk.format-unsupported", say("the image is a VHDX, which is not accepted yet")));
  return {};
}

}  // namespace imprint::container

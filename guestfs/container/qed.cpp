#include "guestfs/container/format.h"
#include "guestfs/container/rules_table.h"
#include "guestfs/language/say.h"

namespace imprint::container {

bool recognise_qed(const Probe& probe) {
  using namespace std::string_view_literals;
  return holds(probe.head, 0, "QED\0"sv);
}

Result<> judge_qed(const Probe&, GateReport& report) {
  report.findings.push_back(finding_of("disk.qed", say("the file begins with the QED magic")));
  return {};
}

}  // namespace imprint::container

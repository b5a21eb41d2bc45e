#include "guestfs/container/format.h"
#include "guestfs/container/rules_table.h"
#include "guestfs/language/say.h"

namespace imprint::container {

bool recognise_luks(const Probe& probe) {
  return holds(probe.head, 0, "LUKS\xba\xbe");
}

Result<> judge_luks(const Probe& probe, GateReport& report) {
  const unsigned version =
      probe.head.size() >= 8 ? big_endian<std::uint16_t>(probe.head, 6) : std::uint16_t{0};
  report.findings.push_back(finding_of(
      "disk.luks-container",
      say("the whole disk is a LUKS container, version {}; it cannot be inspected without "
          "its passphrase",
          version)));
  return {};
}

}  // namespace imprint::container

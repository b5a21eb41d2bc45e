#include "guestfs/container/format.h"
#include "guestfs/container/rules_table.h"
#include "guestfs/language/say.h"

namespace imprint::container {
namespace {

constexpr std::string_view cookie = "conectix";
constexpr std::uint32_t fixed_disk = 2;

/// A fixed VHD is a raw disk with a footer behind it. The footer must fit the file: a guest may
/// well keep a VHD of its own at the end of its disk.
bool has_fixed_footer(const Probe& probe) {
  if (probe.tail.size() < Probe::tail_length || !holds(probe.tail, 0, cookie)) return false;
  if (big_endian<std::uint32_t>(probe.tail, 60) != fixed_disk) return false;
  const std::uint64_t data = probe.source.size() - Probe::tail_length;
  return big_endian<std::uint64_t>(probe.tail, 40) == data ||
         big_endian<std::uint64_t>(probe.tail, 48) == data;
}

}  // namespace

bool recognise_vhd(const Probe& probe) {
  return holds(probe.head, 0, cookie) || has_fixed_footer(probe);
}

Result<> judge_vhd(const Probe& probe, GateReport& report) {
  report.findings.push_back(finding_of(
      "disk.format-unsupported",
      holds(probe.head, 0, cookie)
          ? say("the image is a dynamic VHD, which is not accepted yet")
          : say("the image is a fixed VHD (its last 512 bytes are a VHD footer), which is "
                "not accepted yet")));
  return {};
}

}  // namespace imprint::container

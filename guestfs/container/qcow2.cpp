#include <algorithm>
#include <iterator>

#include "guestfs/container/format.h"
#include "guestfs/container/qcow2_header.h"
#include "guestfs/container/qcow2_tables.h"
#include "guestfs/container/rules_table.h"
#include "guestfs/language/say.h"

namespace imprint::container {
namespace {

constexpr std::string_view magic = "QFI\xfb";

void append(std::vector<Finding> more, GateReport& report) {
  std::ranges::move(more, std::back_inserter(report.findings));
}

/// Data in another file or behind a key means that the tables do not speak of this file's bytes.
bool tables_speak_of_file(const qcow2::Header& header) {
  constexpr auto other = qcow2::incompatible::data_file | ~qcow2::incompatible::known;
  return (header.incompatible_features & other) == 0;
}

}  // namespace

bool recognise_qcow2(const Probe& probe) {
  return holds(probe.head, 0, magic) && !recognise_qcow1(probe);
}

Result<> judge_qcow2(const Probe& probe, GateReport& report) {
  const auto header = qcow2::parse_header(probe.head);
  if (!header) {
    report.findings.push_back(
        finding_of("disk.truncated",
                   say("the file has {} bytes, less than a qcow2 header", probe.source.size())));
    return {};
  }
  if (header->version != 2 && header->version != 3) {
    report.findings.push_back(finding_of(
        "disk.format-unsupported",
        say("the image is qcow version {}; versions 2 and 3 are accepted", header->version)));
    return {};
  }
  report.container.virtual_size = header->virtual_size / 512 * 512;
  auto sizes = qcow2::check_sizes(*header);
  const bool sound = sizes.empty();
  append(std::move(sizes), report);
  if (!sound) {
    append(qcow2::check_features(*header, probe.head), report);
    return {};
  }
  const auto first_cluster =
      TRY(read_range(probe.source, 0, static_cast<std::size_t>(header->cluster_size())));
  append(qcow2::check_features(*header, first_cluster), report);
  append(qcow2::check_extensions(*header, first_cluster), report);
  if (!tables_speak_of_file(*header)) return {};
  append(TRY(qcow2::walk_tables(probe.source, *header)), report);
  append(TRY(qcow2::walk_snapshots(probe.source, *header)), report);
  return {};
}

}  // namespace imprint::container

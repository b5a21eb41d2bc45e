#include "guestfs/inspect/repair_worker.h"

#include <algorithm>
#include <iostream>

#include "agent/model/json.h"
#include "guestfs/container/gate.h"
#include "guestfs/container/qemu_img.h"
#include "guestfs/inspect/packed_image.h"
#include "guestfs/language/say.h"
#include "guestfs/repair/apply_plan.h"

namespace imprint::inspect {
namespace {

/// The gate has judged these disks before, but of other processes: it is asked again, before QEMU
/// opens them.
Result<guest::ApplianceDrive> open_disk(const std::filesystem::path& path,
                                        const std::optional<std::string>& format,
                                        const std::filesystem::path& unpacked) {
  const Unwrapped content = unwrap(path, unpacked);
  if (content.undecided) return make_error(Errc::unavailable, "{}", *content.undecided);
  if (content.finding) return make_error(Errc::conflict, "{}", content.finding->message);
  auto source = TRY(container::FileSource::open(content.path));
  const auto gate = container::judge(source, format);
  for (const Finding& finding : gate.findings)
    if (finding.severity == Severity::error)
      return make_error(Errc::conflict, "{}", finding.message);
  return guest::ApplianceDrive{content.path,
                               std::string{container::qemu_name(gate.container.format)}};
}

Result<> carry_out(const Task& task, const std::string& text) {
  const repair::RepairPlan plan = TRY(repair::parse_plan(TRY(parse_json(text))));
  std::vector<guest::ApplianceDrive> drives{
      TRY(open_disk(task.image, task.format, task.temp_folder / "content-1"))};
  drives.front().writable = true;
  for (const auto& companion : task.companions)
    drives.push_back(TRY(open_disk(
        companion, std::nullopt, task.temp_folder / fmt::format("content-{}", drives.size() + 1))));
  return repair::apply_plan(plan, {task.appliance, task.temp_folder, task.kvm}, drives);
}

}  // namespace

RepairStatus run_repair(const Task& task, const std::string& plan) {
  const auto done = carry_out(task, plan);
  if (done) return RepairStatus::done;
  std::cerr << done.error().message << '\n';
  switch (done.error().code) {
    case Errc::conflict:
      return RepairStatus::conflict;
    case Errc::corrupt:
      return RepairStatus::corrupt;
    default:
      return RepairStatus::failed;
  }
}

}  // namespace imprint::inspect

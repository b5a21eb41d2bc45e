#include "guestfs/inspect/inspect_image.h"

#include <iostream>

#include "guestfs/guest/read_inventory.h"
#include "guestfs/inspect/check_containers.h"
#include "guestfs/inspect/inspect_guest.h"
#include "guestfs/inspect/packed_image.h"
#include "guestfs/inspect/report_image.h"
#include "guestfs/inspect/stopwatch.h"
#include "guestfs/inspect/tell_systems.h"
#include "guestfs/language/say.h"

namespace imprint::inspect {
namespace {

using Drives = std::vector<guest::ApplianceDrive>;

Result<guest::Appliance> start_appliance(const Task& task, const Drives& drives,
                                         ApplianceUse& use) {
  const guest::ApplianceSettings settings{task.appliance, task.temp_folder, task.kvm};
  std::string reason = task.not_saved;
  if (task.saved) {
    auto restored = guest::Appliance::restore(settings, *task.saved, drives);
    if (restored) {
      use = {ApplianceStart::restored};
      return restored;
    }
    reason = restored.error().message;
  }
  use = {ApplianceStart::booted, reason};
  // For whoever started this: a report in words does not tell it.
  if (!reason.empty())
    std::cerr << "the appliance boots instead of being restored: " << reason << '\n';
  return guest::Appliance::launch(settings, drives);
}

Result<> read_guest(const Task& task, const Drives& drives, Ledger& ledger, ImageReport& report,
                    repair::RepairPlan* plan) {
  Stopwatch watch;
  auto appliance = start_appliance(task, drives, report.appliance);
  report.timings_ms.launch = watch.lap();
  if (!appliance) return appliance.error();
  guest::Inventory inventory = TRY(guest::read_inventory(*appliance));
  report.timings_ms.read = watch.lap();
  return inspect_guest(*appliance, std::move(inventory), task, ledger, report, plan);
}

ImageReport inspect(const Task& task, repair::RepairPlan* plan) {
  return report_image(task, [&](Ledger& ledger, ImageReport& report) {
    Stopwatch watch;
    const auto drives = check_containers(task, ledger, report.container);
    report.timings_ms.container = watch.lap();
    if (!drives) return;
    if (auto read = read_guest(task, *drives, ledger, report, plan); !read)
      tell_no_guest(ledger, read.error().message);
  });
}

}  // namespace

ImageReport inspect_image(const Task& task) {
  return inspect(task, nullptr);
}

std::optional<ImageReport> refuse_container(const Task& task) {
  Ledger trial{task.profiles, task.today};
  ContainerFacts facts;
  if (is_packed(task.image) || check_containers(task, trial, facts)) return std::nullopt;
  return inspect_image(task);
}

PlannedImage plan_repair_of_image(const Task& task) {
  PlannedImage planned;
  planned.plan.refusal = say("no system in it was judged");
  planned.report = inspect(task, &planned.plan);
  return planned;
}

}  // namespace imprint::inspect

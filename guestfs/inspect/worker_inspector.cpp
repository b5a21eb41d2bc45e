#include "guestfs/inspect/worker_inspector.h"

#include <algorithm>
#include <cstdlib>
#include <iostream>

#include "agent/base/printable.h"
#include "agent/base/programs.h"
#include "agent/model/json.h"
#include "guestfs/container/byte_source.h"
#include "guestfs/inspect/orders.h"
#include "guestfs/inspect/saved_state.h"
#include "guestfs/inspect/worker_command.h"
#include "guestfs/language/say.h"
#include "guestfs/profiles/load_manifest.h"
#include "guestfs/rules/rule_names.h"

namespace imprint::inspect {
namespace {

namespace fs = std::filesystem;

ImageReport undetermined(const Inspection& inspection, std::string rule, std::string reason) {
  ImageReport report;
  report.path = inspection.image.string();
  report.undetermined.push_back({std::move(rule), std::move(reason)});
  report.coverage.undetermined = 1;
  report.verdict = Verdict::undetermined;
  return report;
}

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

/// What the worker says beside its report, such as why the appliance was booted: for the log, or
/// for whoever waits at the terminal.
void pass_on(std::string_view remarks) {
  while (!remarks.empty()) {
    const std::size_t end = std::min(remarks.find('\n'), remarks.size());
    std::cerr << printable(remarks.substr(0, end)) << '\n';
    remarks.remove_prefix(std::min(end + 1, remarks.size()));
  }
}

/// Of a worker that was asked for a plan as well, `report` and `plan` are members of what it
/// prints.
WorkerInspector::Planned read_answer(const Inspection& inspection, const CommandOutput& output,
                                     bool plans) {
  if (output.status != 0)
    return {undetermined(inspection, "os.none-found",
                         say("the inspecting process ended with status {}: {}", output.status,
                             first_line(output.err))),
            nullptr};
  const auto json = parse_json(output.out);
  const bool has_both = json && json->is_object() && json->contains("report");
  auto report = !json               ? Result<ImageReport>{json.error()}
                : plans && has_both ? parse_image_report(json->at("report"))
                                    : parse_image_report(*json);
  if (!report)
    return {
        undetermined(inspection, "os.none-found",
                     say("the inspecting process printed no report: {}", report.error().message)),
        nullptr};
  return {*std::move(report), plans && has_both ? json->value("plan", Json(nullptr)) : nullptr};
}

/// The image and its companions by absolute paths, for the worker's sandbox names what it may open.
/// Manifests are read here, not there.
Result<Inspection> with_absolute_paths(Inspection inspection) {
  std::error_code failed;
  inspection.image = fs::absolute(inspection.image, failed);
  std::erase_if(inspection.companions, profiles::is_manifest);
  for (fs::path& companion : inspection.companions) {
    companion = fs::absolute(companion, failed);
    if (auto source = container::FileSource::open(companion); !source) return source.error();
  }
  return inspection;
}

}  // namespace

Result<fs::path> find_worker() {
  if (const char* named = std::getenv("IMPRINT_INSPECT"); named != nullptr && *named != '\0')
    return fs::path{named};
  return find_program("imprint-inspect");
}

Result<ImageReport> WorkerInspector::inspect(const Inspection& inspection) {
  return TRY(run(inspection, false)).report;
}

Result<WorkerInspector::Planned> WorkerInspector::plan_repair(const Inspection& inspection) {
  return run(inspection, true);
}

const Clock& WorkerInspector::clock() const {
  static const SystemClock of_the_system;
  return settings_.clock != nullptr ? *settings_.clock : of_the_system;
}

Result<WorkerInspector::Planned> WorkerInspector::run(const Inspection& asked, bool plans) {
  const Inspection inspection = TRY(with_absolute_paths(asked));
  const Orders orders = TRY(orders_of(asked, clock()));
  // Before the sandbox is made: a folder given as image would open everything below it to the
  // worker.
  if (auto source = container::FileSource::open(inspection.image); !source)
    return Planned{undetermined(inspection, "disk.unreadable", source.error().message), nullptr};
  // What opens LUKS is not in the saved appliance.
  const bool restore = inspection.restore && inspection.passphrase.empty();
  auto place = TRY(find_workplace(settings_, restore));
  if (!place) {
    if (auto refused = ask_gate(inspection, settings_, orders))
      return Planned{*std::move(refused), nullptr};
    place.emplace(TRY(prepare_workplace(settings_, restore)));
  }
  const auto output = run_command(command_for(
      inspection, *place, orders, plans ? WorkerAnswer::report_and_plan : WorkerAnswer::report));
  if (output) {
    if (output->status == 0) pass_on(output->err);
    Planned planned = read_answer(inspection, *output, plans);
    if (planned.report.appliance.kind != ApplianceStart::unused)
      *last_use_.lock() = planned.report.appliance;
    return planned;
  }
  const Error& error = output.error();
  if (error.code == Errc::cancelled) return error;
  if (error.code == Errc::not_found) return make_error(Errc::unavailable, "{}", error.message);
  return Planned{undetermined(inspection, "os.none-found", error.message), nullptr};
}

std::string WorkerInspector::ruleset() const {
  return std::string{rules::ruleset_version()};
}

}  // namespace imprint::inspect

#include "guestfs/inspect/worker_command.h"

#include "agent/model/json.h"
#include "guestfs/inspect/saved_state.h"

namespace imprint::inspect {

namespace fs = std::filesystem;

namespace {

/// In time limits: for a host that hardly lets it run, and no longer, whatever the image does.
constexpr int longest_wait = 10;

}  // namespace

Command command_for(const Inspection& inspection, const Workplace& place, const Orders& orders,
                    WorkerAnswer answer) {
  std::vector<fs::path> disks{inspection.image};
  disks.insert(disks.end(), inspection.companions.begin(), inspection.companions.end());
  Command command = command_at(place, disks, longest_wait * inspection.time_limit);
  command.processor_limit = command.stall_limit = inspection.time_limit;
  command.arguments.insert(command.arguments.end(),
                           {"--lang", inspection.language, "--profile", "-"});
  add_saved_state(command, place);
  if (inspection.declared_format) {
    command.arguments.emplace_back("--format");
    command.arguments.push_back(*inspection.declared_format);
  }
  if (inspection.digest) {
    command.arguments.emplace_back("--sha256");
    command.arguments.push_back(inspection.digest->hex());
  }
  if (answer == WorkerAnswer::report_and_plan) command.arguments.emplace_back("--plan-repair");
  if (answer == WorkerAnswer::refusal) command.arguments.emplace_back("--container-only");
  for (const fs::path& companion : inspection.companions) {
    command.arguments.emplace_back("--companion");
    command.arguments.push_back(companion.string());
  }
  command.arguments.emplace_back("--");
  command.arguments.push_back(inspection.image.string());
  command.input = dump_json(orders_to_json(orders));
  command.cancelled = inspection.cancelled;
  return command;
}

std::optional<ImageReport> ask_gate(const Inspection& inspection, const WorkerSettings& settings,
                                    const Orders& orders) {
  const auto place = bare_workplace(settings);
  if (!place) return std::nullopt;
  const auto output = run_command(command_for(inspection, *place, orders, WorkerAnswer::refusal));
  if (!output || output->status != 0) return std::nullopt;
  const auto json = parse_json(output->out);
  if (!json || json->is_null()) return std::nullopt;
  auto report = parse_image_report(*json);
  return report ? std::optional{*std::move(report)} : std::nullopt;
}

}  // namespace imprint::inspect

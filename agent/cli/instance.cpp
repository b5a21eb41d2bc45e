// imprintctl instance list and show, and the home of the other verbs.

#include <ostream>

#include "agent/cli/options.h"
#include "agent/cli/print.h"
#include "agent/cli/session.h"
#include "agent/model/json.h"
#include "agent/model/quantity.h"

namespace imprint::cli {
namespace {

struct NoOptions {};

Result<int> list(Session& session, const NoOptions&) {
  const auto instances = TRY(session.service().list_instances());
  if (session.json) {
    print_json(session.environment.out, list_to_json(instances));
    return status_ok;
  }
  std::vector<Row> rows{{"NAME", "ID", "POWER", "IMAGE", "CPUS", "MEMORY", "JOB", "NEWER IMAGE"}};
  for (const InstanceView& view : instances)
    rows.push_back({view.instance.name, view.instance.id.str(), std::string{to_string(view.power)},
                    view.instance.system.image_name, std::to_string(view.instance.cpus),
                    format_size(view.instance.memory), view.open_job ? view.open_job->str() : "-",
                    view.newer_image.value_or("-")});
  print_table(session.environment.out, rows);
  return status_ok;
}

std::string disk_text(const Disk& disk) {
  return fmt::format("{}, {}, {}", disk.serial, format_size(disk.size), disk.path);
}

std::vector<std::pair<std::string, std::string>> fields_of(const InstanceView& view) {
  const Instance& instance = view.instance;
  std::vector<std::pair<std::string, std::string>> fields{
      {"id", instance.id.str()},
      {"name", instance.name},
      {"power", std::string{to_string(view.power)}},
      {"image",
       instance.system.image_name + (view.newer_image ? ", newer: " + *view.newer_image : "")},
      {"cpus", std::to_string(instance.cpus)},
      {"memory", format_size(instance.memory)},
      {"firmware", std::string{to_string(instance.system.firmware)}},
      {"network", instance.network.value_or("none")},
      {"hostname", instance.hostname},
      {"uuid", instance.uuid},
      {"system disk", disk_text(instance.system.disk)}};
  for (const Disk& disk : instance.data_disks) fields.emplace_back("data disk", disk_text(disk));
  if (instance.retained)
    fields.emplace_back("old system",
                        fmt::format("{}, kept until {}", instance.retained->system.image_name,
                                    instance.retained->until));
  fields.emplace_back("open job", view.open_job ? view.open_job->str() : "none");
  fields.emplace_back("created", instance.created);
  return fields;
}

Result<int> show(Session& session, const Named& options) {
  const InstanceView view = TRY(session.service().show_instance(options.name));
  if (session.json)
    print_json(session.environment.out, to_json(view));
  else
    print_fields(session.environment.out, fields_of(view));
  return status_ok;
}

}  // namespace

void add_instance(CLI::App& app, Session& session) {
  CLI::App* instance = app.add_subcommand("instance", "Machines made from images");
  instance->require_subcommand(1);
  instance->footer("An INSTANCE is its id or its name.");
  add_instance_create(*instance, session);
  add_action(*instance, session, "list", "All instances", std::make_shared<NoOptions>(), list);
  auto shown = std::make_shared<Named>();
  add_name(add_action(*instance, session, "show", "One instance", shown, show), shown, "INSTANCE");
  add_instance_power(*instance, session);
  add_instance_console(*instance, session);
  add_instance_reimage(*instance, session);
}

}  // namespace imprint::cli

#include "agent/workflows/release_instance.h"

#include "agent/model/json.h"
#include "agent/workflows/image_bytes.h"
#include "agent/workflows/machine.h"
#include "agent/workflows/records.h"

namespace imprint::workflows {
namespace {

Result<> stop(Run& run) {
  const ReleasePlan plan = TRY(parse_release_plan(run.plan()));
  return stop_machine(run, plan.instance.uuid, std::chrono::seconds{0});
}

Result<> undefine(Run& run) {
  const ReleasePlan plan = TRY(parse_release_plan(run.plan()));
  return run.insist("hypervisor",
                    [&] { return run.ports.hypervisor.undefine(plan.instance.uuid); });
}

Result<> remove_files(Run& run) {
  const ReleasePlan plan = TRY(parse_release_plan(run.plan()));
  const MachineState state = TRY(ask_state(run, plan.instance.uuid));
  if (state.power != PowerState::absent)
    return make_error(Errc::conflict, "instance '{}' is defined again", plan.instance.name);
  return run.ports.volumes.remove_instance(plan.instance.id);
}

Result<> forget(Run& run) {
  const ReleasePlan plan = TRY(parse_release_plan(run.plan()));
  TRY(run.insist("store",
                 [&] { return Records{run.ports.store}.forget_instances({plan.instance}); }));
  const auto drop_base = [&](const System& system) -> Result<> {
    return system.disk.base_digest ? drop_unused_bytes(run, *system.disk.base_digest) : Result<>{};
  };
  TRY(drop_base(plan.instance.system));
  if (plan.instance.retained) TRY(drop_base(plan.instance.retained->system));
  return run.save_result({{"instance", plan.instance.id.str()}});
}

}  // namespace

Json to_json(const ReleasePlan& plan) {
  return {{"instance", to_json(plan.instance)}};
}

Result<ReleasePlan> parse_release_plan(const Json& json) {
  ObjectReader reader{json, "plan"};
  const Json& instance = reader.member("instance");
  TRY(reader.finish());
  return ReleasePlan{TRY(parse_instance(instance))};
}

Steps release_steps(const ReleasePlan& plan) {
  const auto disks = plan.instance.data_disks.size();
  return {
      {.name = "stop", .text = "stop the machine by force", .run = stop, .commits = true},
      {.name = "undefine", .text = "remove its definition", .run = undefine, .way = Way::forward},
      {.name = "remove",
       .text = fmt::format("remove its system disk and its data disks: {}", disks),
       .run = remove_files,
       .way = Way::forward},
      {.name = "forget", .text = "remove its record", .run = forget, .way = Way::forward}};
}

}  // namespace imprint::workflows

#include "agent/workflows/commit_instance.h"

#include "agent/model/json.h"
#include "agent/workflows/records.h"
#include "agent/workflows/systems.h"

namespace imprint::workflows {
namespace {

Result<> record(Run& run) {
  const CommitPlan plan = TRY(parse_commit_plan(run.plan()));
  TRY(run.insist("store", [&] {
    return Records{run.ports.store}.change_instance(plan.instance.id, [&](Instance& instance) {
      const bool kept = instance.retained && instance.retained->system.disk.path ==
                                                 plan.instance.retained->system.disk.path;
      if (kept) instance.retained.reset();
      return kept;
    });
  }));
  return run.save_result({{"instance", plan.instance.id.str()}});
}

Result<> remove(Run& run) {
  const CommitPlan plan = TRY(parse_commit_plan(run.plan()));
  const System& old = plan.instance.retained->system;
  // A revert may have come between plan and job: then the record has it as its system and nothing
  // is to be removed.
  const Instance now = TRY(Records{run.ports.store}.instance(plan.instance.id));
  if (now.system.disk.path == old.disk.path)
    return make_error(Errc::conflict, "disk '{}' is the system of instance '{}' again",
                      old.disk.path, now.name);
  return remove_system(run, plan.instance, old);
}

}  // namespace

Json to_json(const CommitPlan& plan) {
  return {{"instance", to_json(plan.instance)}};
}

Result<CommitPlan> parse_commit_plan(const Json& json) {
  ObjectReader reader{json, "plan"};
  const Json& instance = reader.member("instance");
  TRY(reader.finish());
  return plan_commit(TRY(parse_instance(instance)));
}

Result<CommitPlan> plan_commit(const Instance& instance) {
  if (instance.retained) return CommitPlan{instance};
  return make_error(Errc::conflict, "instance '{}' keeps no earlier system", instance.name);
}

Steps commit_steps(const CommitPlan& plan) {
  return {{.name = "record", .text = "forget the earlier system", .run = record, .commits = true},
          {.name = "remove",
           .text = fmt::format("remove its disk '{}'", plan.instance.retained->system.disk.serial),
           .run = remove,
           .way = Way::forward}};
}

}  // namespace imprint::workflows

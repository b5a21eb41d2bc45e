#include "agent/workflows/power.h"

#include "agent/model/json.h"
#include "agent/workflows/records.h"

namespace imprint::workflows {
namespace {

Result<> wish(Run& run, bool running) {
  const PowerPlan plan = TRY(parse_power_plan(run.plan()));
  return run.insist("store", [&] {
    return Records{run.ports.store}.change_instance(plan.instance, [&](Instance& instance) {
      const bool other = instance.wanted_running != running;
      instance.wanted_running = running;
      return other;
    });
  });
}

Result<> wish_as_before(Run& run) {
  const PowerPlan plan = TRY(parse_power_plan(run.plan()));
  return wish(run, plan.wanted_before);
}

}  // namespace

Json to_json(const PowerPlan& plan) {
  return {{"instance", plan.instance.str()},
          {"uuid", plan.uuid},
          {"wanted_before", plan.wanted_before},
          {"grace_seconds", plan.grace.count()}};
}

Result<PowerPlan> parse_power_plan(const Json& json) {
  ObjectReader reader{json, "plan"};
  const auto instance = InstanceId::parse(reader.text("instance"));
  const std::string uuid = reader.text("uuid");
  const bool wanted_before = reader.boolean_or("wanted_before", true);
  const auto grace = reader.integer("grace_seconds");
  TRY(reader.finish());
  return PowerPlan{TRY(instance), uuid, wanted_before, std::chrono::seconds{grace}};
}

Step wish_step(bool running) {
  return {.name = "record",
          .text = fmt::format("record that it is to be {}", running ? "running" : "stopped"),
          .run = [running](Run& run) { return wish(run, running); },
          .undo = wish_as_before};
}

}  // namespace imprint::workflows

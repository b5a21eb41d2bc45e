#include "agent/workflows/stop_instance.h"

#include "agent/workflows/machine.h"

namespace imprint::workflows {

Steps stop_steps(const PowerPlan& plan) {
  const std::string text = fmt::format("stop the machine, by force after {} s", plan.grace.count());
  return {wish_step(false),
          {.name = "stop",
           .text = text,
           .run = [](Run& run) -> Result<> {
             const PowerPlan now = TRY(parse_power_plan(run.plan()));
             TRY(stop_machine(run, now.uuid, now.grace));
             return run.save_result({{"instance", now.instance.str()}});
           },
           .commits = true}};
}

}  // namespace imprint::workflows

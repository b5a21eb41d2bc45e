#include "agent/workflows/start_instance.h"

#include "agent/workflows/machine.h"

namespace imprint::workflows {

Steps start_steps(const PowerPlan&) {
  return {wish_step(true),
          {.name = "start",
           .text = "start the machine",
           .run = [](Run& run) -> Result<> {
             const PowerPlan plan = TRY(parse_power_plan(run.plan()));
             TRY(start_machine(run, plan.uuid));
             return run.save_result({{"instance", plan.instance.str()}});
           },
           .commits = true}};
}

}  // namespace imprint::workflows

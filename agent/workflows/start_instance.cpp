#include "agent/workflows/start_instance.h"

#include "agent/workflows/machine.h"
#include "agent/workflows/records.h"

namespace imprint::workflows {

Steps start_steps(const PowerPlan&) {
  return {wish_step(true),
          {.name = "start",
           .text = "start the machine; define it anew if it is missing",
           .run = [](Run& run) -> Result<> {
             const PowerPlan plan = TRY(parse_power_plan(run.plan()));
             const Instance instance = TRY(Records{run.ports.store}.instance(plan.instance));
             TRY(define_if_absent(run, instance));
             TRY(start_machine(run, plan.uuid));
             return run.save_result({{"instance", plan.instance.str()}});
           },
           .commits = true}};
}

}  // namespace imprint::workflows

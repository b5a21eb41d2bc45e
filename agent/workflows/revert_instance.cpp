#include "agent/workflows/revert_instance.h"

namespace imprint::workflows {
namespace {

Result<> check(Run& run) {
  const ExchangePlan plan = TRY(parse_exchange_plan(run.plan()));
  return check_unchanged(run, plan.before);
}

}  // namespace

Result<ExchangePlan> plan_revert(const Instance& instance, const Settings& settings) {
  if (!instance.retained)
    return make_error(Errc::conflict, "instance '{}' keeps no earlier system to go back to",
                      instance.name);
  ExchangePlan plan{.before = instance,
                    .after = instance,
                    .keep_old = settings.keep_old,
                    .discard = {},
                    .was_running = std::nullopt,
                    .image = std::nullopt};
  plan.after.system = instance.retained->system;
  plan.after.retained.reset();
  if (plan.keep_old.count() == 0) plan.discard.push_back(instance.system);
  return plan;
}

Steps revert_steps(const ExchangePlan& plan, const Settings& settings) {
  Steps steps{{.name = "check", .text = "see that the instance is as recorded", .run = check}};
  for (Step& step : exchange_steps(plan, settings.stop_grace)) steps.push_back(std::move(step));
  return steps;
}

}  // namespace imprint::workflows

#pragma once
// Starting and stopping: the wish is recorded first, then made true.

#include <chrono>

#include "agent/workflows/run.h"
#include "agent/workflows/workflow.h"

namespace imprint::workflows {

struct PowerPlan {
  InstanceId instance;
  std::string uuid;
  bool wanted_before = true;
  std::chrono::seconds grace{};  ///< stop only
};

Json to_json(const PowerPlan& plan);
Result<PowerPlan> parse_power_plan(const Json& json);

/// Records whether the machine is wanted to run; undone, what was wanted before.
Step wish_step(bool running);

}  // namespace imprint::workflows

#pragma once

#include "agent/workflows/run.h"
#include "agent/workflows/workflow.h"

namespace imprint::workflows {

struct ReleasePlan {
  Instance instance;
};

Json to_json(const ReleasePlan& plan);
Result<ReleasePlan> parse_release_plan(const Json& json);

/// stop, undefine, remove its folder with all disks, forget the record. The record goes last, so
/// that nothing is ever left that no record names.
Steps release_steps(const ReleasePlan& plan);

}  // namespace imprint::workflows

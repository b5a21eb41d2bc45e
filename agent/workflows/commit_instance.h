#pragma once

#include "agent/workflows/run.h"
#include "agent/workflows/workflow.h"

namespace imprint::workflows {

struct CommitPlan {
  Instance instance;  ///< with the retained system that goes
};

Json to_json(const CommitPlan& plan);
Result<CommitPlan> parse_commit_plan(const Json& json);

/// Errc::conflict: no system is kept. Pure.
Result<CommitPlan> plan_commit(const Instance& instance);

/// record, remove.
Steps commit_steps(const CommitPlan& plan);

}  // namespace imprint::workflows

#pragma once

#include "agent/workflows/run.h"
#include "agent/workflows/workflow.h"

namespace imprint::workflows {

/// The steps of a recorded job, from what its plan says. Errc::invalid: the plan cannot be read.
Result<Steps> steps_of(JobKind kind, const Json& plan, const Settings& settings);

}  // namespace imprint::workflows

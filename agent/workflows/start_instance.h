#pragma once

#include "agent/workflows/power.h"

namespace imprint::workflows {

/// record, start.
Steps start_steps(const PowerPlan& plan);

}  // namespace imprint::workflows

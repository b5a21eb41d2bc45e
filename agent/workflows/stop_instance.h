#pragma once

#include "agent/workflows/power.h"

namespace imprint::workflows {

/// record, stop.
Steps stop_steps(const PowerPlan& plan);

}  // namespace imprint::workflows

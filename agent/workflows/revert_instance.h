#pragma once

#include "agent/workflows/exchange.h"
#include "agent/workflows/run.h"

namespace imprint::workflows {

/// The retained system comes back; the one that goes out is kept in its place, so that a revert can
/// be reverted. Errc::conflict: no system is kept. Pure.
Result<ExchangePlan> plan_revert(const Instance& instance, const Settings& settings);

Steps revert_steps(const ExchangePlan& plan, const Settings& settings);

}  // namespace imprint::workflows

#pragma once

#include <span>

#include "guestfs/rules/rule.h"

namespace imprint::rules {

/// The families agent.* and ci.*; constant.
std::span<const Rule> agent_rules();
std::span<const Rule> cloud_init_rules();

}  // namespace imprint::rules

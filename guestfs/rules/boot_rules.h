#pragma once

#include <span>

#include "guestfs/rules/rule.h"

namespace imprint::rules {

/// The family boot.*; constant.
std::span<const Rule> boot_rules();

}  // namespace imprint::rules

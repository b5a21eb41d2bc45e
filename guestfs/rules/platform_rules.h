#pragma once

#include <span>

#include "guestfs/rules/rule.h"

namespace imprint::rules {

/// What machine the image is for, and whether its release is still looked after; constant.
std::span<const Rule> platform_rules();

/// The family fstab.* beyond /etc/fstab itself; constant.
std::span<const Rule> mount_unit_rules();

}  // namespace imprint::rules

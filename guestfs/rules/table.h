#pragma once
// The one table that lists every rule of every family.

#include <span>
#include <string_view>
#include <vector>

#include "guestfs/rules/rule.h"

namespace imprint::rules {

/// Every rule, family by family, in the order of reports. Constant.
const std::vector<Rule>& all_rules();

/// The rule of that id, or null.
const Rule* find_rule(std::string_view id);

// Each family's own rules; constant.
std::span<const Rule> container_rules();
std::span<const Rule> system_rules();
std::span<const Rule> filesystem_rules();
std::span<const Rule> declared_rules();
std::span<const Rule> release_rules();
std::span<const Rule> driver_rules();
std::span<const Rule> fstab_rules();
std::span<const Rule> shadow_rules();
std::span<const Rule> selinux_rules();
std::span<const Rule> login_rules();
std::span<const Rule> seal_rules();
std::span<const Rule> windows_rules();

}  // namespace imprint::rules

#include "guestfs/rules/table.h"

#include <algorithm>

#include "guestfs/rules/agent_rules.h"
#include "guestfs/rules/boot_rules.h"
#include "guestfs/rules/network_rules.h"
#include "guestfs/rules/platform_rules.h"
#include "guestfs/rules/waivers.h"

namespace imprint::rules {
namespace {

std::vector<Rule> collect() {
  std::vector<Rule> rules;
  for (const std::span<const Rule> family :
       {container_rules(), system_rules(), filesystem_rules(), release_rules(), declared_rules(),
        boot_rules(), driver_rules(), fstab_rules(), mount_unit_rules(), shadow_rules(),
        login_rules(), selinux_rules(), network_rules(), agent_rules(), cloud_init_rules(),
        platform_rules(), seal_rules(), windows_rules(), waiver_rules()})
    rules.insert(rules.end(), family.begin(), family.end());
  return rules;
}

}  // namespace

const std::vector<Rule>& all_rules() {
  static const std::vector<Rule> rules = collect();
  return rules;
}

const Rule* find_rule(std::string_view id) {
  const std::vector<Rule>& rules = all_rules();
  const auto rule =
      std::find_if(rules.begin(), rules.end(), [&](const Rule& each) { return each.id == id; });
  return rule == rules.end() ? nullptr : &*rule;
}

}  // namespace imprint::rules

#include "guestfs/rules/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "guestfs/rules/agent_rules.h"
#include "guestfs/rules/boot_rules.h"
#include "guestfs/rules/network_rules.h"
#include "guestfs/rules/platform_rules.h"
#include "guestfs/rules/waivers.h"

namespace imprint::rules {
namespace {

constexpr std::string_view release_of_the_rules = "2026.1";

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

/// FNV-1a: tells rule sets apart, guards against nothing.
std::uint32_t digest(const std::vector<Rule>& rules) {
  std::uint32_t hash = 2166136261U;
  for (const Rule& rule : rules) {
    const std::string line = fmt::format("{} {}\n", rule.id, to_string(rule.severity));
    for (const char c : line) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  }
  return hash;
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

const std::string& ruleset_version() {
  static const std::string version =
      fmt::format("{}-{:08x}", release_of_the_rules, digest(all_rules()));
  return version;
}

}  // namespace imprint::rules

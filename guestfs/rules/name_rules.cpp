// Run by the build: prints the source of rule_names() and ruleset_version().

#include <fmt/format.h>

#include <cstdint>
#include <iostream>

#include "guestfs/rules/table.h"
#include "guestfs/rules/waivers.h"

namespace imprint::rules {
namespace {

constexpr std::string_view release_of_the_rules = "2026.1";

/// FNV-1a: tells rule sets apart, guards against nothing.
std::uint32_t digest(const std::vector<Rule>& rules) {
  std::uint32_t hash = 2166136261U;
  for (const Rule& rule : rules) {
    const std::string line = fmt::format("{} {}\n", rule.id, to_string(rule.severity));
    for (const char c : line) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  }
  return hash;
}

std::string source() {
  std::string text = R"(#include <array>

#include "guestfs/rules/rule_names.h"

namespace imprint::rules {

std::span<const RuleName> rule_names() {
  static constexpr auto names = std::to_array<RuleName>({
)";
  for (const Rule& rule : all_rules())
    text += fmt::format("      {{\"{}\", {}}},\n", rule.id, may_be_waived(rule));
  return text + fmt::format(R"(  }});
  return names;
}}

std::string_view ruleset_version() {{
  return "{}-{:08x}";
}}

}}  // namespace imprint::rules
)",
                            release_of_the_rules, digest(all_rules()));
}

}  // namespace
}  // namespace imprint::rules

int main() {
  std::cout << imprint::rules::source() << std::flush;
  return std::cout.good() ? 0 : 1;
}

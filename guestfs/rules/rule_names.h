#pragma once
// What of the rules a program needs that runs none of them. Written down as the build goes, from
// the table (name_rules.cpp), so that the agent holds none of the rules' code, nor the parsers that
// they stand upon.

#include <span>
#include <string_view>

namespace imprint::rules {

struct RuleName {
  std::string_view id;  ///< "fstab.device-not-in-image"
  bool may_be_waived;   ///< as may_be_waived() says
};

/// Of every rule, in the order of the table. Constant.
std::span<const RuleName> rule_names();

/// The one of that id, or null.
const RuleName* find_rule_name(std::string_view id);

/// "2026.1-1f0c3b5a": the release of the rule set, and a digest of all ids and severities. Verdicts
/// are bound to it.
std::string_view ruleset_version();

}  // namespace imprint::rules

#pragma once

#include <map>
#include <optional>
#include <string>

#include "guestfs/rules/rule.h"

namespace imprint::rules {

/// What one cloud, or one user, thinks of the rules: data, read by guestfs/profiles.
struct Profile {
  std::string name = "generic";
  std::string description;
  /// Per rule; nothing: the rule is off and not run.
  std::map<std::string, std::optional<Severity>, std::less<>> severities;
  Limits limits;
  Demands demands;

  [[nodiscard]] bool is_off(std::string_view rule) const;
  /// The severity of one piece of evidence. An override takes the place of the rule's own severity.
  /// A case that the rule itself found less or more grave keeps its severity, but never rises above
  /// an override that is milder than the rule.
  [[nodiscard]] Severity severity_of(const Rule& rule, std::optional<Severity> of_case) const;
};

}  // namespace imprint::rules

#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "guestfs/rules/rule.h"

namespace imprint::rules {

/// A finding that somebody has looked at and takes for a time. Patterns are as in a shell: "*" is
/// any text, "?" any one character; a pattern that is not given fits everything.
struct Waiver {
  std::string rule;
  std::optional<std::string> path;    ///< of the finding, in the guest
  std::optional<std::string> text;    ///< of the line that the finding quotes
  std::optional<std::string> image;   ///< of the image file's name
  std::optional<std::string> sha256;  ///< of the image file, in full, lower case
  std::string reason;
  std::string expires;  ///< "2026-12-31": the last day on which it holds, UTC
};

/// What one cloud, or one user, thinks of the rules: data, read by guestfs/profiles.
struct Profile {
  std::string name = "generic";
  std::string description;
  /// Per rule; nothing: the rule is off and not run.
  std::map<std::string, std::optional<Severity>, std::less<>> severities;
  Limits limits;
  Demands demands;
  std::vector<Waiver> waivers;

  [[nodiscard]] bool is_off(std::string_view rule) const;
  /// The severity of one piece of evidence. An override takes the place of the rule's own severity.
  /// A case that the rule itself found less or more grave keeps its severity, but never rises above
  /// an override that is milder than the rule.
  [[nodiscard]] Severity severity_of(const Rule& rule, std::optional<Severity> of_case) const;
};

}  // namespace imprint::rules

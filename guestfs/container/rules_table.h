#pragma once

#include <span>
#include <string>
#include <string_view>

#include "agent/model/report.h"

namespace imprint::container {

struct RuleInfo {
  std::string_view id;  ///< "disk.qcow2-backing-file"
  Severity
      severity;  ///< by default; one case of a rule may be less grave, and a profile may change it
  std::string_view title;   ///< one line: what it checks
  std::string_view effect;  ///< what happens if the image is used all the same
  std::string_view hint;    ///< what to do
};

/// Every rule that the container gate may fire, in the order of their ids' families.
std::span<const RuleInfo> rules_table();

/// A finding with the rule's own severity, effect and hint. The id must be one of the table.
Finding finding_of(std::string_view rule, std::string message);

/// The same with the severity of this case.
Finding finding_of(std::string_view rule, Severity severity, std::string message);

}  // namespace imprint::container

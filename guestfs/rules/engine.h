#pragma once

#include <vector>

#include "guestfs/rules/profile.h"
#include "guestfs/rules/rule.h"

namespace imprint::rules {

struct Judgement {
  std::vector<Finding> findings;  ///< in the order of the table, and of the lines within a rule
  std::vector<Undetermined> undetermined;
  std::vector<RuleAnswer> answers;  ///< of each rule that was run, in the order of the table
  Coverage coverage;
};

/// Runs every rule of the table that has something to evaluate and is not off in the profile. Each
/// counts once in the coverage: undetermined if it gave a reason, else not applicable or evaluated.
/// Never fails.
Judgement run_rules(const Context& context, const Profile& profile);

/// One finding, with the rule's own effect and hint where the evidence has none.
Finding make_finding(const Rule& rule, Evidence evidence, const Profile& profile);

/// Gives findings that were made without a profile, such as those of the container gate, the
/// profile's severities, and takes out those of rules that are off. Rules that are not in the table
/// stay as they are.
void regrade(std::vector<Finding>& findings, const Profile& profile);

}  // namespace imprint::rules

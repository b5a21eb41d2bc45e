// The rules of the disk file itself: the container gate has their words and answers them before
// anything else opens the file.

#include "guestfs/container/rules_table.h"
#include "guestfs/rules/table.h"

namespace imprint::rules {

std::span<const Rule> container_rules() {
  static const std::vector<Rule> rules = [] {
    std::vector<Rule> result;
    for (const container::RuleInfo& info : container::rules_table())
      result.push_back({info.id, info.severity, info.title, info.effect, info.hint, nullptr});
    return result;
  }();
  return rules;
}

}  // namespace imprint::rules

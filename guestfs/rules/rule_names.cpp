#include "guestfs/rules/rule_names.h"

#include <algorithm>

namespace imprint::rules {

const RuleName* find_rule_name(std::string_view id) {
  const auto names = rule_names();
  const auto found = std::ranges::find(names, id, &RuleName::id);
  return found == names.end() ? nullptr : &*found;
}

}  // namespace imprint::rules

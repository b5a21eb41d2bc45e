#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "guestfs/container/rules_table.h"
#include "guestfs/language/say.h"

namespace imprint::container {

/// Faults of one kind in a table: the first is told in full, the others are counted.
struct Faults {
  std::string first;
  std::uint64_t count = 0;

  /// The text is made only for the first: there may be millions.
  template <class... Args>
  void say(fmt::format_string<Args...> english, Args&&... args) {
    if (count++ == 0) first = imprint::say(english, std::forward<Args>(args)...);
  }
  void report(std::string_view rule, std::vector<Finding>& findings) const {
    if (count == 0) return;
    findings.push_back(
        finding_of(rule, count == 1 ? first : imprint::say("{} (and {} more)", first, count - 1)));
  }
};

}  // namespace imprint::container

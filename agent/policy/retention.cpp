#include "agent/policy/retention.h"

#include <regex>

namespace imprint::policy {

bool is_expired(const RetainedSystem& retained, const std::string& now) {
  static const std::regex form{R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)"};
  // Texts of this one form sort as the times do.
  return std::regex_match(retained.until, form) && std::regex_match(now, form) &&
         retained.until <= now;
}

}  // namespace imprint::policy

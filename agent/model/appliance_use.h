#pragma once

#include <string>
#include <string_view>

#include "agent/base/result.h"
#include "agent/model/json_fwd.h"

namespace imprint {

/// How the machine that reads images came up: from its saved state, or by a boot, which takes ten
/// times as long. Unused: none was needed.
enum class ApplianceStart { unused, restored, booted };

struct ApplianceUse {
  ApplianceStart kind = ApplianceStart::unused;
  std::string reason = {};  ///< why it was booted; empty: nobody wanted anything else

  friend bool operator==(const ApplianceUse&, const ApplianceUse&) = default;
};

std::string_view to_string(ApplianceStart start) noexcept;
Json to_json(const ApplianceUse& use);
/// Null is what was written before there was such a thing: unused. Errc::invalid with the place.
Result<ApplianceUse> parse_appliance_use(const Json& json, const std::string& where);

}  // namespace imprint

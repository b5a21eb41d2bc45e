#pragma once

#include <span>
#include <string_view>

namespace imprint::profiles {

struct BuiltinProfile {
  std::string_view name;
  std::string_view text;  ///< TOML, as it stands in data/
};

/// The profiles of data/, compiled in when the build is configured, so that a check needs no
/// installed file.
std::span<const BuiltinProfile> builtin_profiles();

}  // namespace imprint::profiles

#pragma once

#include <vector>

#include "agent/model/json_fwd.h"
#include "guestfs/rules/profile.h"

namespace imprint::inspect {

/// A profile as it is handed to the worker, which so needs to open no file of it. Pure.
Json profile_to_json(const rules::Profile& profile);
Json profiles_to_json(const std::vector<rules::Profile>& profiles);
/// Reads what profile_to_json wrote. Errc::invalid with the place.
Result<rules::Profile> parse_profile_json(const Json& json);
/// Reads what profiles_to_json wrote: a list of at least one. Errc::invalid with the place.
Result<std::vector<rules::Profile>> parse_profiles_json(const Json& json);

}  // namespace imprint::inspect

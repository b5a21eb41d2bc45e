#pragma once

#include "agent/model/json_fwd.h"
#include "guestfs/rules/profile.h"

namespace imprint::inspect {

/// A profile as it is handed to the worker, which so needs to open no file of it. Pure.
Json profile_to_json(const rules::Profile& profile);
/// Reads what profile_to_json wrote. Errc::invalid with the place.
Result<rules::Profile> parse_profile_json(const Json& json);

}  // namespace imprint::inspect

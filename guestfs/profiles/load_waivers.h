#pragma once

#include <vector>

#include "guestfs/profiles/toml_source.h"
#include "guestfs/rules/profile.h"

namespace imprint::profiles {

/// Adds what `[[waiver]]` says: rule, reason and expires must be there; path, text, image and
/// sha256 narrow it. Errc::invalid with the line: an unknown key or rule, a rule that may not be
/// waived, an empty reason, a day that is none, a digest that is none.
Result<> take_waivers(const Source& source, const toml::node& node,
                      std::vector<rules::Waiver>& waivers);

}  // namespace imprint::profiles

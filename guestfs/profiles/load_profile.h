#pragma once

#include <string>
#include <vector>

#include "agent/base/result.h"
#include "guestfs/rules/profile.h"

namespace imprint::profiles {

/// The names of the built-in profiles; the first is the default.
const std::vector<std::string>& builtin_names();

/// A built-in profile by name ("ecs"), or a user's own file where the text has a '/' or ends in
/// ".toml". A file may extend a built-in profile or, by a path relative to its own folder, another
/// file; what it says itself goes before what it inherits. Errors: not_found: no such name or file;
/// invalid: not TOML, an unknown key, an unknown rule or severity, a size that is none, more than
/// eight files extending each other; the message names file and line. Thread-safe.
Result<rules::Profile> load_profile(const std::string& name_or_path);

/// One or more such names, separated by commas: the opinions that one image is judged by. At least
/// one. Errc::invalid also if two of them have the same name, for they could not be told apart.
Result<std::vector<rules::Profile>> load_profiles(const std::string& names);

}  // namespace imprint::profiles

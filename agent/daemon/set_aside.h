#pragma once

#include <string>

#include "agent/config/config.h"

namespace imprint::daemon {

/// Takes a row that cannot be read out of the agent's way, once an operator has looked at it:
/// `name` as `node status` tells it. Its bytes stay in the table `set_aside` of the same database.
/// A name or version that other records know is written anew. Returns what was done, for people.
/// Errc::conflict: an agent holds the state folder; not_found: nothing damaged has this name.
Result<std::string> set_aside(const config::Config& config, const std::string& name);

}  // namespace imprint::daemon

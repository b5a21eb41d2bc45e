#pragma once
// From the names in the configuration to the numbers that the kernel knows.

#include <sys/types.h>

#include <optional>

#include "agent/api/auth.h"
#include "agent/config/config.h"

namespace imprint::daemon {

/// The group that the socket's file gets: the configured one, or the process's own. Errc::invalid
/// if it does not exist.
Result<gid_t> socket_group(const config::Socket& socket);

/// Who has which role; the members of the socket's group are operators. Errc::invalid names an
/// entry that is malformed, or a user or group that does not exist.
Result<api::Access> resolve_access(const config::Config& config);

}  // namespace imprint::daemon

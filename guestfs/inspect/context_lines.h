#pragma once

#include <string_view>
#include <vector>

#include "agent/model/report.h"
#include "guestfs/guest/guest_fs.h"

namespace imprint::inspect {

/// Gives findings that show a line of a guest's text file the lines around it, up to two on each
/// side. A rule that shows no line has a reason: its finding gets none. Neither do files that hold
/// secrets by their nature, and a neighbouring line that looks as if it held one is not shown.
/// Bounded in files, bytes and line length; a file that cannot be read again gives no context.
/// Blocks as long as `fs` does.
void add_context(std::vector<Finding>& findings, guest::FollowingFs& fs);

/// Whether a file of this path holds secrets by its nature: password digests, keys, credentials,
/// histories. Errs on the safe side. Pure.
bool holds_secrets(std::string_view path);

/// Whether a line may hold a password, a digest of one, a key or a token. Errs on the safe side.
/// Pure.
bool may_hold_secret(std::string_view line);

}  // namespace imprint::inspect

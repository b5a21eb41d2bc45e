#pragma once

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

}  // namespace imprint::inspect

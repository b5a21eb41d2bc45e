#pragma once

#include "agent/base/result.h"

namespace imprint::inspect {

/// If this process is root's, makes it nobody's, for itself and all that it starts, and keeps of
/// root's powers only that it may open files whatever their permissions; which files those are, the
/// sandbox says. Beside the gain in safety it is needed: as root, libguestfs has its sockets in
/// /tmp and nowhere else, where the sandbox lets nothing be written. To be called before there are
/// threads. Errc::denied or unavailable: the system refused.
Result<> drop_root();

}  // namespace imprint::inspect

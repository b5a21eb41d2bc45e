#pragma once

#include <string>

#include "agent/model/repair_report.h"

namespace imprint::report {

/// What a repair did, or would do, for a terminal: both verdicts, each change with its diff, and
/// what stays. Ends in a line end. Pure.
std::string repair_text(const RepairReport& repair, bool colour);

}  // namespace imprint::report

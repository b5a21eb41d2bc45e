#pragma once

#include <string>

#include "agent/model/repair_report.h"

namespace imprint::report {

/// What a repair did, or would do: both verdicts, each change folded over its diff, and what stays.
/// Pure.
std::string repair_html(const RepairReport& repair);

}  // namespace imprint::report

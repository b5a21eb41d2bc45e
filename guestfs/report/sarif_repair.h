#pragma once

#include "agent/model/json.h"
#include "agent/model/repair_report.h"

namespace imprint::report {

/// Tells of a repair in the run of its image: in `properties.repair`, with the keys of the report's
/// own `repair` but the findings of before and with each diff as a list of lines, and as notes of
/// the invocation, which viewers show: the outcome and one for each file. All texts are printable.
/// Pure.
void add_repair(Json& run, const RepairReport& repair);

}  // namespace imprint::report

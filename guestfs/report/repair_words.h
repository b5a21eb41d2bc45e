#pragma once
// What every form of a repair's report says in the same words, in the language spoken.

#include <string>

#include "agent/model/repair_report.h"

namespace imprint::report {

/// "files repaired: 3", or why none was. It may hold text of the guest. Pure.
std::string outcome_of(const RepairReport& repair);

/// Of RepairChange::action: "changed", "emptied". Pure.
std::string word_of_action(const std::string& action);

/// "/etc/fstab:3". It may hold text of the guest. Pure.
std::string place_of(const UnrepairedFinding& finding);

}  // namespace imprint::report

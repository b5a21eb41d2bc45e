#pragma once

#include <string>

#include "agent/model/report.h"

namespace imprint::report {

/// A report for people at a terminal: for each image its verdict first and last, what it is, the
/// map of its disks, what boots by default, and every finding with the offending line in its
/// context, its effect and what to do. Strings from guests are made printable. With `colour`,
/// ECMA-48 escapes are used. Ends in a line end. Pure.
std::string render_text(const Report& report, bool colour);

}  // namespace imprint::report

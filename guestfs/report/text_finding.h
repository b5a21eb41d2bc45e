#pragma once

#include <string>

#include "agent/model/report.h"
#include "guestfs/report/painter.h"

namespace imprint::report {

/// One finding as a good compiler tells it: place, the offending line inside its context with
/// numbers and a marker, what is wrong, its effect, and what to do. `opinions`: what each of
/// several profiles calls it; may be empty. Ends in a line end. Pure.
std::string finding_text(const Finding& finding, const Painter& painter,
                         const std::string& opinions);

}  // namespace imprint::report

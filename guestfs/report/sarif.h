#pragma once

#include <string>
#include <vector>

#include "agent/model/repair_report.h"
#include "guestfs/rules/rule.h"

namespace imprint::report {

/// The report as SARIF 2.1.0 (OASIS, 27 March 2020): one run an image. Paths of the guest are
/// relative to the uriBaseId GUEST, which stands for the root of the guest's tree inside the image
/// file and so has no URI of its own; a fault of the disk file itself is at that file. A rule that
/// stayed undetermined is a notification of the invocation. Fingerprints hold rule, path and the
/// line's text and not its number. `rules` is the table that the image was judged by. A
/// `repair` that is not null, of the one image, is in the run's properties, and each file that it
/// changes is a note among the notifications. Pure.
std::string render_sarif(const Report& report, const std::vector<rules::Rule>& rules,
                         const RepairReport* repair = nullptr);

}  // namespace imprint::report

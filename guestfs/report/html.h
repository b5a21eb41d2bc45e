#pragma once

#include <string>

#include "agent/model/repair_report.h"

namespace imprint::report {

/// The report as one HTML page that needs nothing else: no script, no other file, no network, which
/// its content security policy also forbids. It says in this order: the verdict and its first
/// reason, the boot chain with the broken link, the findings, what stayed open, the map of the
/// disks, the facts. Light and dark, narrow and wide, and printed. Everything that may come from a
/// guest is made printable and escaped. A `repair` that is not null, of the one image, comes first.
/// Pure.
std::string render_html(const Report& report, const RepairReport* repair = nullptr);

}  // namespace imprint::report

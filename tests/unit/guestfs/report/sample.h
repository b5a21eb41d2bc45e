#pragma once

#include "agent/model/repair_report.h"

namespace imprint::report::test {

/// A rejected image with all that a report can hold, judged under two profiles.
Report full_report();
/// A healthy image.
ImageReport accepted_image();
/// A repair of that image which made it acceptable.
RepairReport repair_of(const ImageReport& before);
/// Its two errors are waived, so it is accepted.
ImageReport waived_image();
/// An image of which nothing could be read.
ImageReport unreadable_image();
/// A report in which every text that may come from a guest is an attack on its reader.
Report hostile_report();

/// The attacks, as the guest wrote them.
extern const char* const hostile_text;

}  // namespace imprint::report::test

#pragma once

#include <string>

#include "agent/model/repair_report.h"

namespace imprint::report {

/// The report as JUnit's XML, as continuous integration servers read it: a test suite for each
/// image, a test case for each rule that was asked. A finding with the severity error is a failure;
/// milder ones are the case's output. What is not applicable is skipped. A rule that gave a reason
/// why it could not be answered is an error, for undetermined is not accepted; the rules that were
/// not reached because of it are skipped. Characters that XML forbids are shown as printable() has
/// them. Of a `repair` that is not null the suite of the one image has both verdicts as properties
/// and tells the rest in its output. Pure.
std::string render_junit(const Report& report, const RepairReport* repair = nullptr);

}  // namespace imprint::report

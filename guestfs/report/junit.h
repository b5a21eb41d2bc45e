#pragma once

#include <string>

#include "agent/model/report.h"

namespace imprint::report {

/// The report as JUnit's XML, as continuous integration servers read it: a test suite for each
/// image, a test case for each rule that was asked. A finding with the severity error is a failure;
/// milder ones are the case's output. What is not applicable is skipped. A rule that gave a reason
/// why it could not be answered is an error, for undetermined is not accepted; the rules that were
/// not reached because of it are skipped. Characters that XML forbids are shown as printable() has
/// them. Pure.
std::string render_junit(const Report& report);

}  // namespace imprint::report

#pragma once

#include <string>

#include "agent/model/report.h"

namespace imprint::report {

/// The findings, the gravest first, with their lines in context; and the questions that stayed
/// open. Empty where there are none. Pure.
std::string findings_html(const ImageReport& image);
std::string undetermined_html(const ImageReport& image);

}  // namespace imprint::report

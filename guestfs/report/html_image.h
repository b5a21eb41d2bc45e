#pragma once

#include <string>

#include "agent/model/report.h"

namespace imprint::report {

/// One image's part of the page; `id` is what the overview links to. Pure.
std::string image_html(const ImageReport& image, const std::string& id);

}  // namespace imprint::report

#pragma once

#include <string>

#include "agent/model/instance.h"

namespace imprint::policy {

/// Whether the retention time has passed; `now` is RFC 3339, UTC, as format_time writes it. A time
/// that cannot be read is never past, so that nothing is removed by mistake. Pure.
bool is_expired(const RetainedSystem& retained, const std::string& now);

}  // namespace imprint::policy

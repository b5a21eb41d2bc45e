#pragma once

#include "guestfs/rules/rule.h"

namespace imprint::rules {

/// The rule shadow.lock-leftover: lock files of shadow-utils (lib/commonio.c) that an image carries
/// along. One without the number of a process is never broken; another is, unless that process
/// runs.
Answer judge_account_locks(const Context& context);

}  // namespace imprint::rules

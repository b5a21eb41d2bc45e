#pragma once

#include "guestfs/inspect/inspect_image.h"

namespace imprint::inspect {

/// How the worker ends when it was asked to carry a plan out; the reason is on standard error.
enum class RepairStatus { done = 0, failed = 1, conflict = 2, corrupt = 3 };

/// Carries the plan, JSON as repair::to_json writes it, out on the task's image, which is written
/// to. The worker's exit status. Drop root's powers first.
RepairStatus run_repair(const Task& task, const std::string& plan);

}  // namespace imprint::inspect

#pragma once

#include <sys/types.h>

#include <chrono>

namespace imprint {

/// How long the processes of a group have kept processors busy, the children that they have waited
/// for included (proc(5), /proc/PID/stat), to a clock tick, which is ten milliseconds. A process
/// that somebody outside the group has waited for is not counted any more, so it may step back.
/// Zero where /proc does not tell.
std::chrono::milliseconds processor_time_of_group(pid_t group);

}  // namespace imprint

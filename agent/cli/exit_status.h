#pragma once
// What imprintctl's exit status says. Stable: scripts decide by it.

#include "agent/base/result.h"
#include "agent/model/job.h"

namespace imprint::cli {

inline constexpr int status_ok = 0;
/// Of `check`: an image was rejected. Of a command that waits for its job: it failed, and nothing
/// of it remains.
inline constexpr int status_failed = 1;
/// Of `check`: no image was rejected, but one could not be judged or read.
inline constexpr int status_undetermined = 2;
inline constexpr int status_rolled_back =
    3;  ///< the job had taken effect and was undone: the old system runs
inline constexpr int status_cancelled = 130;  ///< the job was cancelled; its error says what stands
inline constexpr int status_needs_attention = 4;  ///< an undo failed too; nothing was deleted
/// The command line is wrong; nothing was asked of the agent.
inline constexpr int status_usage = 64;

/// Of an order that the agent did not take: invalid 65, not_found 66, unavailable 69 (no agent
/// answers, too), internal 70, exhausted 73, corrupt 74, conflict 75, denied 77, cancelled 130.
constexpr int status_of(Errc code) noexcept {
  switch (code) {
    case Errc::invalid:
      return 65;
    case Errc::not_found:
      return 66;
    case Errc::unavailable:
      return 69;
    case Errc::internal:
      return 70;
    case Errc::exhausted:
      return 73;
    case Errc::corrupt:
      return 74;
    case Errc::conflict:
      return 75;
    case Errc::denied:
      return 77;
    case Errc::cancelled:
      return 130;
  }
  return 70;
}

/// Of a job that is final.
constexpr int status_of(JobState state) noexcept {
  switch (state) {
    case JobState::succeeded:
      return status_ok;
    case JobState::rolled_back:
      return status_rolled_back;
    case JobState::cancelled:
      return status_cancelled;
    case JobState::needs_attention:
      return status_needs_attention;
    default:
      return status_failed;
  }
}

}  // namespace imprint::cli

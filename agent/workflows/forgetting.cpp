#include "agent/workflows/forgetting.h"

#include "agent/base/log.h"

namespace imprint::workflows {
namespace {

/// Some milliseconds of work for the journal.
constexpr std::size_t most_jobs = 100;

}  // namespace

Result<> Forgetting::round() {
  TRY(forget_jobs());
  return forget_history();
}

Result<> Forgetting::forget_jobs() {
  const std::string before = format_time(ports_.clock.now() - settings_.jobs_kept_for);
  const std::size_t jobs = TRY(ports_.journal.forget_ended(before, settings_.jobs_kept, most_jobs));
  if (jobs > 0) log::info("{} jobs that ended before {} are forgotten", jobs, before);
  return {};
}

Result<> Forgetting::forget_history() {
  const Revision now = TRY(ports_.store.list("holds/")).revision;  // there are few
  const Revision before = now - settings_.history_kept;
  // Now and then, for each time is a write.
  if (before - forgotten_ <= settings_.history_kept / 10) return {};
  TRY(ports_.store.compact(before));
  forgotten_ = before;
  return {};
}

}  // namespace imprint::workflows

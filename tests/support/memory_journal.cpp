#include "tests/support/memory_journal.h"

#include <algorithm>
#include <cmath>

#include "agent/model/json.h"

namespace imprint::test {
namespace {

Result<> check_form(const Job& job) {
  if (job.idempotency_key.empty())
    return make_error(Errc::invalid, "job '{}' has no idempotency key", job.id.str());
  if (job.state != JobState::queued)
    return make_error(Errc::invalid, "job '{}' is new but '{}'", job.id.str(),
                      to_string(job.state));
  return {};
}

}  // namespace

MemoryJournal::MemoryJournal() : MemoryJournal{std::make_shared<MemoryJobs>()} {}

MemoryJournal::MemoryJournal(std::shared_ptr<MemoryJobs> jobs) : jobs_{std::move(jobs)} {}

Result<Submitted> MemoryJournal::submit(const Job& job) {
  TRY(check_form(job));
  const std::lock_guard lock{jobs_->mutex};
  for (const Job& other : jobs_->jobs) {
    if (other.idempotency_key != job.idempotency_key) continue;
    if (other.request_digest == job.request_digest) return Submitted{other, true};
    return make_error(Errc::conflict, "idempotency key '{}' was used for another request, job '{}'",
                      job.idempotency_key, other.id.str());
  }
  for (const Job& other : jobs_->jobs) {
    if (other.id == job.id) return make_error(Errc::conflict, "job '{}' exists", job.id.str());
    if (!job.subject.empty() && other.subject == job.subject && !is_final(other.state))
      return make_error(Errc::conflict, "job '{}' on '{}' is not finished", other.id.str(),
                        job.subject);
  }
  jobs_->jobs.push_back(job);
  return Submitted{job, false};
}

Result<Job*> MemoryJournal::find_open(const JobId& job) {
  const auto found = std::find_if(jobs_->jobs.begin(), jobs_->jobs.end(),
                                  [&](const Job& each) { return each.id == job; });
  if (found == jobs_->jobs.end())
    return make_error(Errc::not_found, "job '{}' does not exist", job.str());
  if (is_final(found->state)) return make_error(Errc::conflict, "job '{}' has ended", job.str());
  return &*found;
}

Result<JobStep*> MemoryJournal::find_step(const JobId& job, std::size_t step) {
  Job* found = TRY(find_open(job));
  if (step >= found->steps.size())
    return make_error(Errc::invalid, "job '{}' has no step {}", job.str(), step);
  return &found->steps[step];
}

Result<> MemoryJournal::entering(const JobId& job, std::size_t step) {
  const std::lock_guard lock{jobs_->mutex};
  JobStep* entered = TRY(find_step(job, step));
  entered->state = StepState::running;
  if (entered->started.empty()) entered->started = format_moment(clock_.now());
  entered->ended.clear();
  Job* owner = TRY(find_open(job));
  owner->state = JobState::running;
  owner->progress = 0;
  return {};
}

Result<> MemoryJournal::left(const JobId& job, std::size_t step, StepState state) {
  if (state == StepState::pending || state == StepState::running)
    return make_error(Errc::invalid, "a step cannot be left as '{}'", to_string(state));
  const std::lock_guard lock{jobs_->mutex};
  JobStep* ended = TRY(find_step(job, step));
  ended->state = state;
  ended->ended = format_moment(clock_.now());
  return {};
}

Result<> MemoryJournal::save_context(const JobId& job, const Json& context) {
  const std::lock_guard lock{jobs_->mutex};
  TRY(find_open(job))->context = context;
  return {};
}

Result<> MemoryJournal::report(const JobId& job, double progress, const std::string& note) {
  const std::lock_guard lock{jobs_->mutex};
  Job* found = TRY(find_open(job));
  found->progress = std::isfinite(progress) ? std::clamp(progress, 0.0, 1.0) : 0.0;
  found->note = note;
  return {};
}

Result<Job> MemoryJournal::cancel(const JobId& job, const std::string& caller, std::size_t commit) {
  const std::lock_guard lock{jobs_->mutex};
  Job* found = TRY(find_open(job));
  if (commit < found->steps.size() && found->steps[commit].state != StepState::pending)
    return make_error(Errc::conflict, "job '{}' has passed its commit point", job.str());
  if (found->cancelled_by.empty()) found->cancelled_by = caller;
  return *found;
}

Result<> MemoryJournal::finish(const JobId& job, JobState state, const Json& result,
                               const std::optional<Error>& error) {
  if (!is_final(state))
    return make_error(Errc::invalid, "a job cannot end as '{}'", to_string(state));
  const std::lock_guard lock{jobs_->mutex};
  Job* found = TRY(find_open(job));
  if (state == JobState::succeeded && !found->cancelled_by.empty())
    return make_error(Errc::cancelled, "job '{}' was cancelled", job.str());
  found->state = state;
  found->result = result;
  found->error = error;
  found->ended = format_time(clock_.now());
  return {};
}

Result<Job> MemoryJournal::find(const JobId& job) {
  const std::lock_guard lock{jobs_->mutex};
  for (const Job& each : jobs_->jobs)
    if (each.id == job) return each;
  return make_error(Errc::not_found, "job '{}' does not exist", job.str());
}

Result<std::optional<Job>> MemoryJournal::find_key(const std::string& key) {
  const std::lock_guard lock{jobs_->mutex};
  for (const DamagedJob& job : jobs_->damaged)
    if (job.idempotency_key == key)
      return make_error(Errc::corrupt, "job '{}' cannot be read", job.name);
  for (const Job& each : jobs_->jobs)
    if (each.idempotency_key == key) return std::optional{each};
  return std::optional<Job>{};
}

Result<std::vector<Job>> MemoryJournal::list(std::size_t limit) {
  const std::lock_guard lock{jobs_->mutex};
  std::vector<Job> newest{jobs_->jobs.rbegin(), jobs_->jobs.rend()};
  if (newest.size() > limit)
    newest.erase(newest.begin() + static_cast<std::ptrdiff_t>(limit), newest.end());
  return newest;
}

Result<std::vector<Job>> MemoryJournal::open_jobs() {
  const std::lock_guard lock{jobs_->mutex};
  std::vector<Job> open;
  for (const Job& job : jobs_->jobs)
    if (!is_final(job.state)) open.push_back(job);
  return open;
}

Result<std::vector<DamagedJob>> MemoryJournal::damaged_open() {
  const std::lock_guard lock{jobs_->mutex};
  std::vector<DamagedJob> damaged = jobs_->damaged;
  std::erase_if(damaged, [](const DamagedJob& job) { return job.ended; });
  return damaged;
}

Result<DamagedPart> MemoryJournal::damaged_ended(std::optional<std::int64_t>, std::size_t) {
  const std::lock_guard lock{jobs_->mutex};
  DamagedPart part;
  for (const DamagedJob& job : jobs_->damaged) {
    if (!job.ended) continue;
    part.jobs.push_back(job);
    part.jobs.back().position = static_cast<std::int64_t>(part.jobs.size());
  }
  return part;
}

Result<std::size_t> MemoryJournal::forget_ended(const std::string& before, std::size_t keep,
                                                std::size_t most) {
  const std::lock_guard lock{jobs_->mutex};
  auto& jobs = jobs_->jobs;
  const auto kept = static_cast<std::ptrdiff_t>(std::min(keep, jobs.size()));
  std::size_t forgotten = 0;
  const auto last = std::remove_if(jobs.begin(), jobs.end() - kept, [&](const Job& job) {
    const bool old = is_final(job.state) && job.state != JobState::needs_attention &&
                     parse_time(job.ended) < parse_time(before) && forgotten < most;
    if (old) ++forgotten;
    return old;
  });
  jobs.erase(last, jobs.end() - kept);
  return forgotten;
}

}  // namespace imprint::test

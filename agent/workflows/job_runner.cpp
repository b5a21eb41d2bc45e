#include "agent/workflows/job_runner.h"

#include "agent/base/digest.h"
#include "agent/base/guarded.h"
#include "agent/base/log.h"
#include "agent/base/memory.h"
#include "agent/model/json.h"
#include "agent/workflows/catalogue.h"

namespace imprint::workflows {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t jobs_listed = 1000;
constexpr std::chrono::minutes reap_interval{1};

Json context_of(const Json& plan) {
  return Json{{"plan", plan}};
}

std::vector<JobStep> job_steps(const Steps& steps) {
  std::vector<JobStep> listed;
  for (const Step& step : steps)
    listed.push_back({step.name, step.text, StepState::pending, "", ""});
  return listed;
}

std::string look_of(const Job& job) {
  return digest_of(dump_json(to_json(job)));
}

}  // namespace

JobRunner::JobRunner(const Ports& ports, Settings settings)
    : ports_{ports},
      settings_{std::move(settings)},
      records_{ports.store},
      damaged_{ports.journal, records_, settings_.is_newer},
      forgetting_{ports_, settings_} {
  shared_.changed = [this] { job_changed(); };
}

JobRunner::~JobRunner() {
  stop();
}

Result<> JobRunner::recover() {
  TRY(damaged_.look());
  const auto open = TRY(ports_.journal.open_jobs());
  for (const Job& job : open) open_.add(job);
  if (!settings_.read_only.empty()) {
    log::error("read only: {}", settings_.read_only);
    return {};
  }
  for (const Job& job : open) {
    log::info("job {}: taken up again", job.id.str());
    pool_of(job).add(job.id, job.caller);
  }
  caretaker_.emplace(ports_, records_, damaged_, settings_, shared_);
  shared_.uses_are_unknown = [this] { return caretaker_->uses_are_unknown(); };
  const auto work_on = [this](const JobId& id) { work(id); };
  pool_.start(settings_.workers, work_on);
  imports_.start(settings_.workers, work_on);
  cancels_.start(1, work_on);
  caretaker_->start();
  housekeeper_ = std::jthread{[this](const std::stop_token& token) { keep_house(token); }};
  return {};
}

void JobRunner::announce_stop() {
  shared_.stopping = true;
  job_changed();
}

void JobRunner::stop() {
  announce_stop();
  housekeeper_.request_stop();
  if (housekeeper_.joinable()) housekeeper_.join();
  for (WorkerPool* pool : {&pool_, &imports_, &cancels_}) pool->stop();
  if (caretaker_) caretaker_->stop();
}

void JobRunner::keep_house(const std::stop_token& token) {
  while (!token.stop_requested()) {
    if (const auto reaped = guarded([this] { return reap_expired(); }); !reaped)
      log::warn("retention: {}, continuing", reaped.error().message);
    if (const auto forgot = guarded([this] { return forgetting_.round(); }); !forgot)
      log::warn("forgetting: {}, continuing", forgot.error().message);
    return_free_memory();
    std::unique_lock lock{house_mutex_};
    house_.wait_for(lock, token, reap_interval, [] { return false; });
  }
}

Result<> JobRunner::reap_expired() {
  const Retention::Round round = TRY(look_at_retention());
  for (const auto& [instance, until] : round.moved)
    if (const auto moved = move_retention(instance, until); !moved)
      log::warn("retention of instance {}: {}, continuing", instance.str(), moved.error().message);
  for (const InstanceId& instance : round.expired) {
    const auto job =
        commit_instance({.name = "imprint:retention", .idempotency_key = ""}, instance.str());
    if (!job && job.error().code !=
                    Errc::conflict)  // a conflict: a job is open on it; the next round sees to it
      log::warn("retention of instance {}: {}, continuing", instance.str(), job.error().message);
  }
  return {};
}

Result<Retention::Round> JobRunner::look_at_retention() {
  auto retention = shared_.retention.lock();  // what is noted later is not forgotten by this look
  return retention->look(TRY(records_.instances()), ports_.clock);
}

Result<> JobRunner::move_retention(const InstanceId& instance, const std::string& until) {
  const std::lock_guard lock{ordering_};       // no order is planned by the record that is changed
  if (open_.about(instance.str())) return {};  // the next round sees to it
  log::warn("the clock was set: what instance {} keeps is kept until {}", instance.str(), until);
  return records_.change_instance(instance, [&](Instance& record) {
    if (record.retained) record.retained->until = until;
    return record.retained.has_value();
  });
}

Result<Job> JobRunner::submit(const Caller& caller, const Order& order) {
  if (shared_.stopping) return make_error(Errc::unavailable, "the agent stops");
  TRY(require_writable());
  const std::string key =
      caller.idempotency_key.empty() ? JobId::generate().str() : caller.idempotency_key;
  const std::string digest =
      digest_of(fmt::format("{} {}", to_string(order.kind), dump_json(order.request)));
  // One order at a time: else a repeat that comes at the same moment would be planned against what
  // the first has changed, and be refused for it.
  const std::lock_guard lock{ordering_};
  if (auto repeated = TRY(find_repeated(key, digest))) return *std::move(repeated);
  TRY(require_place(caller));
  return record_job(caller, order, key, digest);
}

Result<> JobRunner::require_writable() const {
  if (settings_.read_only.empty()) return {};
  return make_error(Errc::conflict, "nothing can be changed: {}", settings_.read_only);
}

/// Both bounds pass by themselves, so a caller may try again; the second leaves others a place.
Result<> JobRunner::require_place(const Caller& caller) {
  if (pool_.waiting() + imports_.waiting() >= settings_.queue_limit)
    return make_error(Errc::unavailable, "{} jobs wait already", settings_.queue_limit);
  if (pool_.waiting_of(caller.name) + imports_.waiting_of(caller.name) >= settings_.queue_limit / 2)
    return make_error(Errc::unavailable, "{} jobs of caller '{}' wait already",
                      settings_.queue_limit / 2, caller.name);
  return {};
}

/// Before anything is planned: what was done since then would refuse the same request.
Result<std::optional<Job>> JobRunner::find_repeated(const std::string& key,
                                                    const std::string& digest) {
  auto job = TRY(ports_.journal.find_key(key));
  if (!job || job->request_digest == digest) return job;
  return make_error(Errc::conflict, "idempotency key '{}' was used for another request, job '{}'",
                    key, job->id.str());
}

Result<Job> JobRunner::record_job(const Caller& caller, const Order& order, const std::string& key,
                                  const std::string& digest) {
  const Draft draft = TRY(order.draft());
  TRY(damaged_.permit(draft.subject));
  Job job{.id = JobId::generate(),
          .kind = order.kind,
          .subject = draft.subject,
          .idempotency_key = key,
          .request_digest = digest,
          .caller = caller.name,
          .cancelled_by = "",
          .request = order.request,
          .context = context_of(draft.plan),
          .steps = job_steps(draft.steps),
          .state = JobState::queued,
          .progress = 0,
          .note = "",
          .result = nullptr,
          .error = std::nullopt,
          .created = format_time(ports_.clock.now()),
          .ended = ""};
  const Submitted submitted = TRY(ports_.journal.submit(job));
  if (submitted.repeated) return submitted.job;
  log::info("job {}: {} of '{}' for {}", job.id.str(), to_string(job.kind), job.subject,
            job.caller);
  save_secrets(job, order);
  open_.add(job);
  pool_of(job).add(job.id, job.caller);
  job_changed();
  return submitted.job;
}

/// A failure is found by the job's own first steps, which then end it truthfully.
void JobRunner::save_secrets(const Job& job, const Order& order) {
  if (!order.keep_secrets) return;
  Result<Json> plan = order.keep_secrets(job);
  Result<> saved =
      plan ? ports_.journal.save_context(job.id, context_of(*plan)) : Result<>{plan.error()};
  if (!saved) log::warn("job {}: secrets: {}, continuing", job.id.str(), saved.error().message);
}

WorkerPool& JobRunner::pool_of(const Job& job) {
  return job.kind == JobKind::import_image ? imports_ : pool_;
}

void JobRunner::work(const JobId& id) noexcept {
  Outcome outcome = guarded_attempt(id);
  for (; outcome == Outcome::abandoned && !shared_.stopping; outcome = guarded_attempt(id))
    ports_.clock.sleep(milliseconds{500});
  if (outcome == Outcome::ended) open_.remove(id);
  shared_.cancelled.lock()->erase(id);
  job_changed();
}

/// Faults of steps are the engine's; what is thrown beside them left the job as the journal has it.
Outcome JobRunner::guarded_attempt(const JobId& id) {
  const auto outcome = guarded([&] { return attempt(id); });
  if (outcome && *outcome == Outcome::abandoned)
    log::error("job {}: the journal cannot be written; trying again", id.str());
  if (outcome) return *outcome;
  log::error("job {}: {}", id.str(), outcome.error().message);
  if (outcome.error().code == Errc::exhausted) return Outcome::abandoned;
  const auto ended = ports_.journal.finish(id, JobState::needs_attention, nullptr, outcome.error());
  return ended ? Outcome::ended : Outcome::abandoned;
}

Result<Outcome> JobRunner::attempt(const JobId& id) {
  auto job = ports_.journal.find(id);
  if (!job) return Outcome::abandoned;
  if (is_final(job->state)) return Outcome::ended;
  if (!job->cancelled_by.empty()) shared_.cancelled.lock()->insert(id);
  Run run{ports_, settings_, shared_, *std::move(job)};
  const auto steps = steps_of(run.job().kind, run.plan(), settings_);
  if (steps) return perform(run, *steps);
  const Error error = with_context(steps.error(), "the recorded plan");
  return ports_.journal.finish(id, JobState::needs_attention, nullptr, error) ? Outcome::ended
                                                                              : Outcome::abandoned;
}

Result<Job> JobRunner::cancel_job(const Caller& caller, const JobId& id) {
  TRY(require_writable());
  const Job job = TRY(ports_.journal.find(id));
  const auto plan = job.context.find("plan");
  if (plan == job.context.end()) return make_error(Errc::corrupt, "job '{}' has no plan", id.str());
  const std::size_t commit = commit_point(TRY(steps_of(job.kind, *plan, settings_)));
  Job noted = TRY(ports_.journal.cancel(id, caller.name, commit));
  shared_.cancelled.lock()->insert(id);
  log::info("job {}: to be cancelled, says {}", id.str(), caller.name);
  // One that waits for its turn ends now.
  if (pool_of(job).withdraw(id, job.caller)) cancels_.add(id, job.caller);
  job_changed();
  return noted;
}

void JobRunner::job_changed() {
  {
    const std::lock_guard lock{change_mutex_};
    ++changes_;
  }
  change_.notify_all();
}

Result<std::vector<Job>> JobRunner::list_jobs() {
  return ports_.journal.list(jobs_listed);
}

Result<Job> JobRunner::show_job(const JobId& job) {
  return ports_.journal.find(job);
}

Result<Job> JobRunner::watch_job(const JobId& job, const std::string& seen, milliseconds wait) {
  const auto deadline = std::chrono::steady_clock::now() + wait;
  while (true) {
    std::unique_lock lock{change_mutex_};
    const auto before = changes_;
    lock.unlock();
    Job now = TRY(ports_.journal.find(job));
    if (seen.empty() || is_final(now.state) || look_of(now) != seen || shared_.stopping) return now;
    lock.lock();
    if (!change_.wait_until(lock, deadline, [&] { return changes_ != before; })) return now;
  }
}

Result<NodeStatus> JobRunner::node_status() {
  NodeStatus status;
  status.node = settings_.node;
  status.region = settings_.region;
  status.version = settings_.version;
  status.profile = settings_.profile;
  status.ruleset = ports_.inspector.ruleset();
  status.appliance = ports_.inspector.appliance();
  const auto info = ports_.hypervisor.info();
  status.hypervisor_ok = info.has_value();
  status.hypervisor = info ? info->version : info.error().message;
  if (info) {
    status.accelerator = info->accelerator;
    status.accelerator_why = info->accelerator_why;
  }
  status.images = static_cast<int>(TRY(records_.images()).size());
  status.instances = static_cast<int>(TRY(records_.instances()).size());
  status.open_jobs = static_cast<int>(TRY(ports_.journal.open_jobs()).size());
  status.read_only = settings_.read_only;
  status.damage = damaged_.all();
  if (caretaker_) {
    Caretaker::Sight sight = caretaker_->sight();
    status.drift = std::move(sight.drift);
    status.drift_checked = std::move(sight.when);
  }
  const auto space = TRY(ports_.volumes.space());
  status.space_free = space.free;
  status.space_total = space.total;
  status.space_claimed = shared_.space.claimed();
  status.space_state = space.free <= settings_.space_full  ? "full"
                       : space.free <= settings_.space_low ? "low"
                                                           : "ok";
  return status;
}

}  // namespace imprint::workflows

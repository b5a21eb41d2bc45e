#include "agent/workflows/run.h"

#include <algorithm>

#include "agent/model/json.h"

namespace imprint::workflows {
namespace {

constexpr std::string_view plan_key = "plan";
constexpr std::string_view failure_key = "failure";
constexpr std::string_view result_key = "result";

const Json& member(const Json& context, std::string_view key) {
  static const Json nothing = nullptr;
  const auto found = context.find(key);
  return found == context.end() ? nothing : *found;
}

}  // namespace

Run::Run(const Ports& run_ports, const Settings& run_settings, Shared& run_shared, Job job)
    : ports{run_ports}, settings{run_settings}, shared{run_shared}, job_{std::move(job)} {
  if (!job_.context.is_object()) job_.context = Json::object();
}

const Json& Run::plan() const {
  return member(job_.context, plan_key);
}
const Json& Run::failure() const {
  return member(job_.context, failure_key);
}
const Json& Run::result() const {
  return member(job_.context, result_key);
}

Result<> Run::save_plan(Json plan) {
  job_.context[plan_key] = std::move(plan);
  return save_context();
}

Result<> Run::save_result(Json result) {
  job_.context[result_key] = std::move(result);
  return save_context();
}

Result<> Run::save_failure(const Error& error) {
  job_.context[failure_key] = to_json(error);
  return save_context();
}

Result<> Run::save_context() {
  return journalled(ports.journal.save_context(job_.id, job_.context));
}

Result<> Run::journalled(Result<> written) {
  if (!written) journal_lost_ = true;
  shared.changed();
  return written;
}

void Run::begin_step(bool cancellable) {
  const std::lock_guard lock{report_mutex_};
  job_.progress = 0;
  cancellable_ = cancellable;
}

/// Progress and note may be lost; the work does not depend on them.
void Run::report() {
  static_cast<void>(ports.journal.report(job_.id, job_.progress, job_.note).has_value());
  shared.changed();
}

void Run::note(const std::string& text) {
  const std::lock_guard lock{report_mutex_};
  job_.note = text;
  report();
}

void Run::progress(double fraction) {
  const std::lock_guard lock{report_mutex_};
  if (fraction < job_.progress + 0.01 && fraction >= job_.progress) return;
  job_.progress = fraction;
  report();
}

bool Run::interrupted() const {
  return stopping() || (cancellable_ && shared.cancelled.lock()->contains(job_.id));
}

Result<> Run::pause(std::chrono::milliseconds duration) {
  constexpr std::chrono::milliseconds slice{200};
  while (duration.count() > 0 && !interrupted()) {
    ports.clock.sleep(std::min(duration, slice));
    duration -= slice;
  }
  if (interrupted()) return make_error(Errc::cancelled, "interrupted");
  return {};
}

std::string Run::waiting_text(std::string_view whom, const Error& error) {
  return fmt::format("waits for the {}: {}", whom, error.message);
}

}  // namespace imprint::workflows

#include "agent/model/job.h"

#include "agent/base/first_error.h"
#include "agent/model/json.h"
#include "agent/model/words.h"

namespace imprint {
namespace {

constexpr Words<JobKind, 11> kinds{{{JobKind::import_image, "image.import"},
                                    {JobKind::delete_image, "image.delete"},
                                    {JobKind::verify_image, "image.verify"},
                                    {JobKind::check_image, "image.check"},
                                    {JobKind::create_instance, "instance.create"},
                                    {JobKind::start_instance, "instance.start"},
                                    {JobKind::stop_instance, "instance.stop"},
                                    {JobKind::reimage_instance, "instance.reimage"},
                                    {JobKind::revert_instance, "instance.revert"},
                                    {JobKind::commit_instance, "instance.commit"},
                                    {JobKind::release_instance, "instance.release"}}};
constexpr Words<JobState, 7> states{{{JobState::queued, "queued"},
                                     {JobState::running, "running"},
                                     {JobState::succeeded, "succeeded"},
                                     {JobState::failed, "failed"},
                                     {JobState::rolled_back, "rolled_back"},
                                     {JobState::cancelled, "cancelled"},
                                     {JobState::needs_attention, "needs_attention"}}};
constexpr Words<StepState, 6> step_states{{{StepState::pending, "pending"},
                                           {StepState::running, "running"},
                                           {StepState::done, "done"},
                                           {StepState::failed, "failed"},
                                           {StepState::undone, "undone"},
                                           {StepState::undo_failed, "undo_failed"}}};
constexpr Words<Errc, 9> codes{{{Errc::invalid, "invalid"},
                                {Errc::not_found, "not_found"},
                                {Errc::conflict, "conflict"},
                                {Errc::denied, "denied"},
                                {Errc::unavailable, "unavailable"},
                                {Errc::exhausted, "exhausted"},
                                {Errc::corrupt, "corrupt"},
                                {Errc::cancelled, "cancelled"},
                                {Errc::internal, "internal"}}};

Json to_json(const JobStep& step) {
  return {{"name", step.name},
          {"text", step.text},
          {"state", to_string(step.state)},
          {"started", step.started},
          {"ended", step.ended}};
}

Result<JobStep> parse_step(const Json& json) {
  ObjectReader reader{json, "job.steps"};
  JobStep step;
  step.name = reader.text("name");
  step.text = reader.text_or("text", "");
  const auto state = parse_step_state(reader.text("state"));
  step.started = reader.text_or("started", "");
  step.ended = reader.text_or("ended", "");
  TRY(reader.finish());
  step.state = TRY(state);
  return step;
}

}  // namespace

Result<Errc> parse_errc(std::string_view text) {
  return parse_word(codes, text, "error code");
}

Json to_json(const Error& error) {
  return {{"code", to_string(error.code)}, {"message", error.message}};
}

std::string_view to_string(JobKind kind) noexcept {
  return word_of(kinds, kind);
}
Result<JobKind> parse_job_kind(std::string_view text) {
  return parse_word(kinds, text, "kind of job");
}
std::string_view to_string(JobState state) noexcept {
  return word_of(states, state);
}
Result<JobState> parse_job_state(std::string_view text) {
  return parse_word(states, text, "state of a job");
}
std::string_view to_string(StepState state) noexcept {
  return word_of(step_states, state);
}
Result<StepState> parse_step_state(std::string_view text) {
  return parse_word(step_states, text, "state of a step");
}

bool is_final(JobState state) noexcept {
  return state != JobState::queued && state != JobState::running;
}

Json to_json(const Job& job) {
  Json steps = Json::array();
  for (const JobStep& step : job.steps) steps.push_back(to_json(step));
  return {{"id", job.id.str()},
          {"kind", to_string(job.kind)},
          {"subject", job.subject},
          {"idempotency_key", job.idempotency_key},
          {"request_digest", job.request_digest},
          {"caller", job.caller},
          {"cancelled_by", job.cancelled_by},
          {"request", job.request},
          {"context", job.context},
          {"steps", std::move(steps)},
          {"state", to_string(job.state)},
          {"progress", job.progress},
          {"note", job.note},
          {"result", job.result},
          {"error", job.error ? to_json(*job.error) : Json(nullptr)},
          {"created", job.created},
          {"ended", job.ended}};
}

Result<Job> parse_job(const Json& json) {
  ObjectReader reader{json, "job"};
  auto id = JobId::parse(reader.text("id"));
  const auto kind = parse_job_kind(reader.text("kind"));
  const auto state = parse_job_state(reader.text("state"));
  const Json& progress = reader.member("progress");
  if (!progress.is_null() && !progress.is_number()) reader.fail("progress", "expected a number");
  const Json& error = reader.member("error");
  std::vector<JobStep> steps;
  for (const Json& item : reader.items("steps")) steps.push_back(TRY(parse_step(item)));
  for (const Error* fault : {error_of(id), error_of(kind), error_of(state)})
    if (fault != nullptr) return *fault;
  Job job{.id = *id,
          .kind = *kind,
          .subject = reader.text_or("subject", ""),
          .idempotency_key = reader.text("idempotency_key"),
          .request_digest = reader.text_or("request_digest", ""),
          .caller = reader.text_or("caller", ""),
          .cancelled_by = reader.text_or("cancelled_by", ""),
          .request = reader.member("request"),
          .context = reader.member("context"),
          .steps = std::move(steps),
          .state = *state,
          .progress = progress.is_number() ? progress.get<double>() : 0.0,
          .note = reader.text_or("note", ""),
          .result = reader.member("result"),
          .error = std::nullopt,
          .created = reader.text_or("created", ""),
          .ended = reader.text_or("ended", "")};
  TRY(reader.finish());
  if (!error.is_null()) {
    ObjectReader fields{error, "job.error"};
    const auto code = parse_errc(fields.text("code"));
    const std::string message = fields.text("message");
    TRY(fields.finish());
    job.error = Error{TRY(code), message};
  }
  return job;
}

}  // namespace imprint

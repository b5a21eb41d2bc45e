#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/model/ids.h"
#include "agent/model/json.h"

namespace imprint {

enum class JobKind {
  import_image,
  delete_image,
  verify_image,
  check_image,
  create_instance,
  start_instance,
  stop_instance,
  reimage_instance,
  revert_instance,
  commit_instance,
  release_instance,
};
std::string_view to_string(JobKind kind) noexcept;  ///< "image.import", "instance.reimage", ...
Result<JobKind> parse_job_kind(std::string_view text);

enum class JobState {
  queued,
  running,
  succeeded,
  failed,           ///< nothing of it remains
  rolled_back,      ///< it had taken effect and was undone: the old system runs again
  cancelled,        ///< on request, before its commit point; the error says what stands
  needs_attention,  ///< an undo failed too; nothing was deleted; the error says what stands
};
std::string_view to_string(JobState state) noexcept;
Result<JobState> parse_job_state(std::string_view text);
/// No step of it will run any more.
bool is_final(JobState state) noexcept;

enum class StepState { pending, running, done, failed, undone, undo_failed };
std::string_view to_string(StepState state) noexcept;
Result<StepState> parse_step_state(std::string_view text);

/// The inverse of to_string(Errc).
Result<Errc> parse_errc(std::string_view text);
Json to_json(const Error& error);

struct JobStep {
  std::string name;  ///< "fetch", "stop", "swap", ...
  std::string text;  ///< the plan's sentence for people: "stop the machine, by force after 60 s"
  StepState state = StepState::pending;
  std::string started;  ///< RFC 3339, UTC; empty before
  std::string ended;
};

/// A recorded order: what was asked, by whom, what is planned and how far it is.
struct Job {
  JobId id;
  JobKind kind = JobKind::import_image;
  std::string subject;          ///< the instance's or image's id; what "one job at a time" is about
  std::string idempotency_key;  ///< never empty
  std::string
      request_digest;        ///< SHA-256 of the canonical request, to tell a repeat from a conflict
  std::string caller;        ///< "uid:0"
  std::string cancelled_by;  ///< who asked that it be cancelled, before its commit point; empty:
                             ///< nobody
  Json request = nullptr;    ///< without secrets
  Json context =
      nullptr;  ///< what recovery needs: the workflow's own values, written before the first step
  std::vector<JobStep> steps;
  JobState state = JobState::queued;
  double progress = 0;    ///< of the running step, 0 to 1
  std::string note;       ///< what it does or waits for now
  Json result = nullptr;  ///< set when succeeded
  std::optional<Error> error;
  std::string created;
  std::string ended;
};

Json to_json(const Job& job);
Result<Job> parse_job(const Json& json);

}  // namespace imprint

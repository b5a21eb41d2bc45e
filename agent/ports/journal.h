#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/model/job.h"

namespace imprint {

struct Submitted {
  Job job;
  bool repeated =
      false;  ///< a job with the same key and the same request was there already; `job` is that one
};

/// A job whose row is there and cannot be read.
struct DamagedJob {
  std::string name;     ///< its id, or which row it is if that cannot be read either
  std::string subject;  ///< what its row says of it; empty: that is no subject that we give
  std::string idempotency_key;
  bool ended = false;  ///< no step of it will run any more, says its row
  std::string reason;
  std::int64_t position = 0;  ///< of its row; a later job's is higher
};

/// A part of the ended jobs was read.
struct DamagedPart {
  std::vector<DamagedJob> jobs;
  std::optional<std::int64_t> rest;  ///< older ones are below this position; none: there are none
};

/// The node's own record of jobs. Everything is durable (synced to disk) when a call returns.
/// Thread-safe. Errors of all calls: unavailable, corrupt, exhausted.
class Journal {
 public:
  virtual ~Journal() = default;

  /// Records a new job. The same key with the same request digest yields the recorded job, also
  /// after it ended. Errc::conflict: the same key with another request; or another job on the same
  /// subject is open (the message names it).
  virtual Result<Submitted> submit(const Job& job) = 0;

  /// Before the effect of a step, and before each undo: what is about to happen.
  virtual Result<> entering(const JobId& job, std::size_t step) = 0;
  /// After it: done, failed, undone or undo_failed.
  virtual Result<> left(const JobId& job, std::size_t step, StepState state) = 0;

  /// Replaces what recovery needs.
  virtual Result<> save_context(const JobId& job, const Json& context) = 0;
  /// Progress and note may be lost in a crash; they are not synced.
  virtual Result<> report(const JobId& job, double progress, const std::string& note) = 0;
  /// Notes who wants the job cancelled; returns the job. Noted already is fine. Errc::conflict: it
  /// has ended, or step `commit` was entered. A step that is entered after this call has returned
  /// was entered by somebody who can see the note.
  virtual Result<Job> cancel(const JobId& job, const std::string& caller, std::size_t commit) = 0;
  /// The end: state, result or error. Final. Errc::cancelled: it was to succeed, but is noted as
  /// cancelled; it stays open.
  virtual Result<> finish(const JobId& job, JobState state, const Json& result,
                          const std::optional<Error>& error) = 0;

  /// Errc::not_found.
  virtual Result<Job> find(const JobId& job) = 0;
  /// The job with this key, ended or not; none if there is none.
  virtual Result<std::optional<Job>> find_key(const std::string& key) = 0;
  /// Newest first, at most `limit`. Those that cannot be read are not in it, but in damaged_open()
  /// and damaged_ended().
  virtual Result<std::vector<Job>> list(std::size_t limit) = 0;
  /// Queued and running ones, oldest first. As with list().
  virtual Result<std::vector<Job>> open_jobs() = 0;
  /// The jobs whose rows cannot be read and do not say that they have ended; find() of one is
  /// Errc::corrupt, and no call changes it.
  virtual Result<std::vector<DamagedJob>> damaged_open() = 0;
  /// The same for `most` jobs that have ended, from the newest below position `below` on (none: of
  /// all) to older ones. A journal grows for years, so nobody reads all of it at once.
  virtual Result<DamagedPart> damaged_ended(std::optional<std::int64_t> below,
                                            std::size_t most) = 0;
  /// Forgets jobs that ended before this time, the oldest first and `most` of them, and says how
  /// many. The newest `keep` stay whenever they ended, and so does what cannot be read or needs
  /// attention. Their keys are free again.
  virtual Result<std::size_t> forget_ended(const std::string& before, std::size_t keep,
                                           std::size_t most) = 0;
};

}  // namespace imprint

#pragma once

#include <map>
#include <optional>
#include <string>

#include "agent/base/sync.h"
#include "agent/model/job.h"

namespace imprint::workflows {

/// Which open job is about which instance: what the journal's open jobs say, kept in memory, so
/// that a list of many instances asks nothing of the journal, and so that a job may be about
/// several. Thread-safe.
class OpenJobs {
 public:
  /// A job that is recorded, before its work begins.
  void add(const Job& job);
  /// A job that has ended; until then it is remembered, a moment longer than the journal has it
  /// open.
  void remove(const JobId& job);

  [[nodiscard]] std::optional<JobId> about(const std::string& subject);
  /// All, by subject.
  [[nodiscard]] std::map<std::string, JobId> all();

 private:
  Sync<std::map<std::string, JobId>> by_subject_;
};

}  // namespace imprint::workflows

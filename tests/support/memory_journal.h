#pragma once
// The Journal port in memory, for tests of what stands on it. The conformance suite
// (tests/support/journal_conformance.h) holds it to the port's contract.

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "agent/ports/clock.h"
#include "agent/ports/journal.h"

namespace imprint::test {

/// What a MemoryJournal holds; journals that share it stand for one journal that is closed and
/// opened again.
struct MemoryJobs {
  std::mutex mutex;
  std::vector<Job> jobs;            ///< oldest first
  std::vector<DamagedJob> damaged;  ///< what tests say cannot be read
};

class MemoryJournal : public Journal {
 public:
  MemoryJournal();
  explicit MemoryJournal(std::shared_ptr<MemoryJobs> jobs);

  Result<Submitted> submit(const Job& job) override;
  Result<> entering(const JobId& job, std::size_t step) override;
  Result<> left(const JobId& job, std::size_t step, StepState state) override;
  Result<> save_context(const JobId& job, const Json& context) override;
  Result<> report(const JobId& job, double progress, const std::string& note) override;
  Result<Job> cancel(const JobId& job, const std::string& caller, std::size_t commit) override;
  Result<> finish(const JobId& job, JobState state, const Json& result,
                  const std::optional<Error>& error) override;
  Result<Job> find(const JobId& job) override;
  Result<std::optional<Job>> find_key(const std::string& key) override;
  Result<std::vector<Job>> list(std::size_t limit) override;
  Result<std::vector<Job>> open_jobs() override;
  Result<std::vector<DamagedJob>> damaged_open() override;
  Result<DamagedPart> damaged_ended(std::optional<std::int64_t> below, std::size_t most) override;
  Result<std::size_t> forget_ended(const std::string& before, std::size_t keep,
                                   std::size_t most) override;

 private:
  /// Errc::not_found, or Errc::conflict for a job that has ended.
  Result<Job*> find_open(const JobId& job);
  Result<JobStep*> find_step(const JobId& job, std::size_t step);

  SystemClock clock_;
  std::shared_ptr<MemoryJobs> jobs_;
};

}  // namespace imprint::test

#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "agent/ports/clock.h"
#include "agent/ports/journal.h"
#include "agent/store/sqlite_file.h"

namespace imprint::store {

/// The Journal port in one SQLite file, a row for each job (agent/store/journal_row.h). A row that
/// cannot be read stands in the way of no other job and is never written to.
class SqliteJournal : public Journal {
 public:
  /// `clock` outlives the journal. Errors: those of SqliteStore::open.
  static Result<std::unique_ptr<SqliteJournal>> open(const std::filesystem::path& path,
                                                     const Clock& clock);

  /// What the file holds now, in memory, whatever program wrote it: nothing is written to it.
  static Result<std::unique_ptr<SqliteJournal>> open_copy(const std::filesystem::path& path,
                                                          const Clock& clock);
  /// Whether a newer program wrote the file.
  static bool is_newer(const std::filesystem::path& path);

  /// Moves the row of a damaged job, as it is, into the table `set_aside` of the same file.
  /// Errc::not_found: no damaged job has this name.
  Result<> set_aside(const std::string& name);

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
  struct Report {
    double progress = 0;
    std::string note;
  };

  SqliteJournal(const std::filesystem::path& path, std::unique_ptr<SQLite::Database> database,
                const Clock& clock);

  /// Reads an open job, lets `change` edit it and writes it back, in one transaction.
  template <class Change>
  Result<> update(const JobId& job, Change change);
  template <class Change>
  Result<> update_step(const JobId& job, std::size_t step, Change change);

  Result<Job> read(const std::string& id);
  Result<Job> read_row(SQLite::Statement& row);
  std::vector<Job> read_rows(SQLite::Statement& rows);
  void add_damage(SQLite::Statement& row, std::vector<DamagedJob>& damaged);
  Result<> insert(const Job& job);
  Result<> write(const Job& job);

  const Clock& clock_;
  std::mutex mutex_;  ///< over what follows
  SqliteFile database_;
  std::map<JobId, Report>
      reports_;  ///< of open jobs, newer than their rows; lost in a crash, as the port allows
};

}  // namespace imprint::store

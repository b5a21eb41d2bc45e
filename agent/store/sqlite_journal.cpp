#include "agent/store/sqlite_journal.h"

#include <algorithm>
#include <cmath>

#include "agent/base/digest.h"
#include "agent/model/json.h"

namespace imprint::store {
namespace {

/// 2: a job tells who wants it cancelled. A record of an older version is read as it is, for what
/// it lacks has a default, and is written as one of this version with its job's next change.
constexpr int record_version = 2;

const Schema schema{0x494D4A31,  // "IMJ1"
                    2,
                    R"(
CREATE TABLE jobs (position INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, state TEXT NOT NULL,
                   subject TEXT NOT NULL, idempotency_key TEXT NOT NULL UNIQUE, request_digest TEXT NOT NULL,
                   record TEXT NOT NULL, record_digest TEXT NOT NULL) STRICT;
CREATE UNIQUE INDEX open_job_of_subject ON jobs (subject)
  WHERE state IN ('queued', 'running') AND subject <> '';
CREATE INDEX open_jobs ON jobs (position) WHERE state IN ('queued', 'running');
)",
                    // Only its records differ; the number keeps older programs from reading them.
                    {"SELECT 1"}};

constexpr const char* select_job = "SELECT id, record, record_digest, state FROM jobs ";

Result<> check_form(const Job& job) {
  if (job.idempotency_key.empty())
    return make_error(Errc::invalid, "job '{}' has no idempotency key", job.id.str());
  if (job.state != JobState::queued)
    return make_error(Errc::invalid, "job '{}' is new but '{}'", job.id.str(),
                      to_string(job.state));
  return {};
}

Result<Job> parse_record(const std::string& record) {
  const Json json = TRY(parse_json(record));
  ObjectReader reader{json, "record"};
  const auto version = reader.integer("version");
  const Json& job = reader.member("job");
  if (version < 1 || version > record_version)
    reader.fail("version", "is not one that this program reads");
  TRY(reader.finish());
  return parse_job(job);
}

/// Errc::invalid for what could not be read again, for example a context that is nested too deeply.
Result<std::string> record_of(const Job& job) {
  std::string record = dump_json(Json{{"version", record_version}, {"job", to_json(job)}});
  TRY_WITH(parse_record(record), "job '" + job.id.str() + "' cannot be recorded");
  return record;
}

}  // namespace

SqliteJournal::SqliteJournal(std::string file, std::unique_ptr<SQLite::Database> database,
                             const Clock& clock)
    : file_{std::move(file)}, clock_{clock}, database_{std::move(database)} {}

Result<std::unique_ptr<SqliteJournal>> SqliteJournal::open(const std::filesystem::path& path,
                                                           const Clock& clock) {
  auto database = TRY(open_database(path, schema));
  return std::unique_ptr<SqliteJournal>{
      new SqliteJournal{path.string(), std::move(database), clock}};
}

Result<Job> SqliteJournal::read_row(SQLite::Statement& row) {
  const std::string id = row.getColumn(0).getString();
  const std::string record = row.getColumn(1).getString();
  const auto damaged = [&](std::string_view reason) {
    return make_error(Errc::corrupt, "database '{}': the row of job '{}' cannot be read: {}", file_,
                      id, reason);
  };
  if (digest_of(record) != row.getColumn(2).getString()) return damaged("its digest differs");
  auto job = parse_record(record);
  if (!job) return damaged(job.error().message);
  if (job->id.str() != id || to_string(job->state) != row.getColumn(3).getString())
    return damaged("its columns say something else than its record");
  if (const auto report = reports_.find(job->id); report != reports_.end()) {
    job->progress = report->second.progress;
    job->note = report->second.note;
  }
  return job;
}

Result<std::vector<Job>> SqliteJournal::read_rows(SQLite::Statement& rows) {
  std::vector<Job> jobs;
  while (rows.executeStep()) jobs.push_back(TRY(read_row(rows)));
  return jobs;
}

Result<Job> SqliteJournal::read(const std::string& id) {
  SQLite::Statement row{*database_, std::string{select_job} + "WHERE id = ?"};
  row.bind(1, id);
  if (!row.executeStep()) return make_error(Errc::not_found, "job '{}' does not exist", id);
  return read_row(row);
}

Result<> SqliteJournal::insert(const Job& job) {
  const std::string record = TRY(record_of(job));
  SQLite::Statement row{
      *database_,
      "INSERT INTO jobs (id, state, subject, idempotency_key, request_digest, record, "
      "record_digest) VALUES (?, ?, ?, ?, ?, ?, ?)"};
  row.bind(1, job.id.str());
  row.bind(2, std::string{to_string(job.state)});
  row.bind(3, job.subject);
  row.bind(4, job.idempotency_key);
  row.bind(5, job.request_digest);
  row.bind(6, record);
  row.bind(7, digest_of(record));
  row.exec();
  return {};
}

Result<> SqliteJournal::write(const Job& job) {
  const std::string record = TRY(record_of(job));
  SQLite::Statement row{*database_,
                        "UPDATE jobs SET state = ?, record = ?, record_digest = ? WHERE id = ?"};
  row.bind(1, std::string{to_string(job.state)});
  row.bind(2, record);
  row.bind(3, digest_of(record));
  row.bind(4, job.id.str());
  row.exec();
  return {};
}

Result<Submitted> SqliteJournal::submit(const Job& job) {
  TRY(check_form(job));
  const std::lock_guard lock{mutex_};
  return guarded(file_, [&]() -> Result<Submitted> {
    SQLite::Transaction transaction{*database_, SQLite::TransactionBehavior::IMMEDIATE};
    SQLite::Statement same_key{*database_,
                               "SELECT id, request_digest FROM jobs WHERE idempotency_key = ?"};
    same_key.bind(1, job.idempotency_key);
    if (same_key.executeStep()) {
      const std::string id = same_key.getColumn(0).getString();
      if (same_key.getColumn(1).getString() != job.request_digest)
        return make_error(Errc::conflict,
                          "idempotency key '{}' was used for another request, job '{}'",
                          job.idempotency_key, id);
      return Submitted{TRY(read(id)), true};
    }
    SQLite::Statement other{
        *database_,
        "SELECT id FROM jobs WHERE id = ? OR (subject = ? AND subject <> '' AND "
        "state IN ('queued', 'running'))"};
    other.bind(1, job.id.str());
    other.bind(2, job.subject);
    if (other.executeStep())
      return make_error(Errc::conflict, "job '{}' on '{}' is not finished",
                        other.getColumn(0).getString(), job.subject);
    TRY(insert(job));
    transaction.commit();
    return Submitted{job, false};
  });
}

template <class Change>
Result<> SqliteJournal::update(const JobId& job, Change change) {
  const std::lock_guard lock{mutex_};
  return guarded(file_, [&]() -> Result<> {
    SQLite::Transaction transaction{*database_, SQLite::TransactionBehavior::IMMEDIATE};
    Job edited = TRY(read(job.str()));
    if (is_final(edited.state)) return make_error(Errc::conflict, "job '{}' has ended", job.str());
    TRY(change(edited));
    TRY(write(edited));
    transaction.commit();
    if (is_final(edited.state)) reports_.erase(job);
    return {};
  });
}

template <class Change>
Result<> SqliteJournal::update_step(const JobId& job, std::size_t step, Change change) {
  return update(job, [&](Job& edited) -> Result<> {
    if (step >= edited.steps.size())
      return make_error(Errc::invalid, "job '{}' has no step {}", job.str(), step);
    change(edited, edited.steps[step]);
    return {};
  });
}

Result<> SqliteJournal::entering(const JobId& job, std::size_t step) {
  TRY(update_step(job, step, [&](Job& edited, JobStep& entered) {
    entered.state = StepState::running;
    if (entered.started.empty()) entered.started = format_moment(clock_.now());
    entered.ended.clear();
    edited.state = JobState::running;
    edited.progress = 0;
  }));
  const std::lock_guard lock{mutex_};
  if (const auto report = reports_.find(job); report != reports_.end()) report->second.progress = 0;
  return {};
}

Result<> SqliteJournal::left(const JobId& job, std::size_t step, StepState state) {
  if (state == StepState::pending || state == StepState::running)
    return make_error(Errc::invalid, "a step cannot be left as '{}'", to_string(state));
  return update_step(job, step, [&](Job&, JobStep& ended) {
    ended.state = state;
    ended.ended = format_moment(clock_.now());
  });
}

Result<> SqliteJournal::save_context(const JobId& job, const Json& context) {
  return update(job, [&](Job& edited) -> Result<> {
    edited.context = context;
    return {};
  });
}

Result<> SqliteJournal::report(const JobId& job, double progress, const std::string& note) {
  const std::lock_guard lock{mutex_};
  return guarded(file_, [&]() -> Result<> {
    SQLite::Statement row{*database_,
                          "SELECT state IN ('queued', 'running') FROM jobs WHERE id = ?"};
    row.bind(1, job.str());
    if (!row.executeStep())
      return make_error(Errc::not_found, "job '{}' does not exist", job.str());
    if (row.getColumn(0).getInt() == 0)
      return make_error(Errc::conflict, "job '{}' has ended", job.str());
    reports_[job] = {std::isfinite(progress) ? std::clamp(progress, 0.0, 1.0) : 0.0, note};
    return {};
  });
}

Result<Job> SqliteJournal::cancel(const JobId& job, const std::string& caller, std::size_t commit) {
  std::optional<Job> noted;
  TRY(update(job, [&](Job& edited) -> Result<> {
    if (commit < edited.steps.size() && edited.steps[commit].state != StepState::pending)
      return make_error(
          Errc::conflict,
          "job '{}' has passed its commit point, the step '{}': it goes on to its end", job.str(),
          edited.steps[commit].name);
    if (edited.cancelled_by.empty()) edited.cancelled_by = caller;
    noted = edited;
    return {};
  }));
  return *std::move(noted);
}

Result<> SqliteJournal::finish(const JobId& job, JobState state, const Json& result,
                               const std::optional<Error>& error) {
  if (!is_final(state))
    return make_error(Errc::invalid, "a job cannot end as '{}'", to_string(state));
  return update(job, [&](Job& edited) -> Result<> {
    if (state == JobState::succeeded && !edited.cancelled_by.empty())
      return make_error(Errc::cancelled, "job '{}' was cancelled", job.str());
    edited.state = state;
    edited.result = result;
    edited.error = error;
    edited.ended = format_time(clock_.now());
    return {};
  });
}

Result<Job> SqliteJournal::find(const JobId& job) {
  const std::lock_guard lock{mutex_};
  return guarded(file_, [&]() -> Result<Job> { return read(job.str()); });
}

Result<std::vector<Job>> SqliteJournal::list(std::size_t limit) {
  const std::lock_guard lock{mutex_};
  return guarded(file_, [&]() -> Result<std::vector<Job>> {
    SQLite::Statement rows{*database_, std::string{select_job} + "ORDER BY position DESC LIMIT ?"};
    rows.bind(1, static_cast<std::int64_t>(std::min<std::size_t>(limit, INT64_MAX)));
    return read_rows(rows);
  });
}

Result<std::vector<Job>> SqliteJournal::open_jobs() {
  const std::lock_guard lock{mutex_};
  return guarded(file_, [&]() -> Result<std::vector<Job>> {
    SQLite::Statement rows{
        *database_,
        std::string{select_job} + "WHERE state IN ('queued', 'running') ORDER BY position"};
    return read_rows(rows);
  });
}

Result<std::optional<JobId>> SqliteJournal::open_job_of(const std::string& subject) {
  const std::lock_guard lock{mutex_};
  return guarded(file_, [&]() -> Result<std::optional<JobId>> {
    SQLite::Statement row{
        *database_, "SELECT id FROM jobs WHERE subject = ? AND state IN ('queued', 'running')"};
    row.bind(1, subject);
    if (!row.executeStep()) return std::optional<JobId>{};
    auto id = JobId::parse(row.getColumn(0).getString());
    if (!id)
      return make_error(Errc::corrupt,
                        "database '{}': the row of the open job of '{}' cannot be read: {}", file_,
                        subject, id.error().message);
    return std::optional{*id};
  });
}

}  // namespace imprint::store

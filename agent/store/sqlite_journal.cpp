#include "agent/store/sqlite_journal.h"

#include <algorithm>
#include <cmath>

#include "agent/base/digest.h"
#include "agent/store/journal_row.h"
#include "agent/store/sqlite_copy.h"

namespace imprint::store {
namespace {

Result<> check_form(const Job& job) {
  if (job.idempotency_key.empty())
    return make_error(Errc::invalid, "job '{}' has no idempotency key", job.id.str());
  if (job.state != JobState::queued)
    return make_error(Errc::invalid, "job '{}' is new but '{}'", job.id.str(),
                      to_string(job.state));
  return {};
}

/// A time that cannot be read was never, so that nothing goes by mistake.
bool has_ended_before(const Job& job, std::chrono::system_clock::time_point time) {
  const auto ended = parse_time(job.ended);
  return ended != std::chrono::system_clock::time_point{} && ended < time;
}

}  // namespace

SqliteJournal::SqliteJournal(const std::filesystem::path& path,
                             std::unique_ptr<SQLite::Database> database, const Clock& clock)
    : clock_{clock}, database_{path, journal_schema, std::move(database)} {}

Result<std::unique_ptr<SqliteJournal>> SqliteJournal::open(const std::filesystem::path& path,
                                                           const Clock& clock) {
  auto database = TRY(open_database(path, journal_schema));
  return std::unique_ptr<SqliteJournal>{new SqliteJournal{path, std::move(database), clock}};
}

Result<std::unique_ptr<SqliteJournal>> SqliteJournal::open_copy(const std::filesystem::path& path,
                                                                const Clock& clock) {
  auto database = TRY(copy_database(path, journal_schema));
  return std::unique_ptr<SqliteJournal>{new SqliteJournal{path, std::move(database), clock}};
}

bool SqliteJournal::is_newer(const std::filesystem::path& path) {
  return store::is_newer(path, journal_schema);
}

Result<Job> SqliteJournal::read_row(SQLite::Statement& row) {
  Job job = TRY(read_job(row, database_.name()));
  if (const auto report = reports_.find(job.id); report != reports_.end()) {
    job.progress = report->second.progress;
    job.note = report->second.note;
  }
  return job;
}

std::vector<Job> SqliteJournal::read_rows(SQLite::Statement& rows) {
  std::vector<Job> jobs;
  while (rows.executeStep())
    if (auto job = read_row(rows)) jobs.push_back(*std::move(job));
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
  return database_.write([&]() -> Result<Submitted> {
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
  return database_.write([&]() -> Result<> {
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
  return database_.read([&]() -> Result<> {
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
  return database_.read([&]() -> Result<Job> { return read(job.str()); });
}

Result<std::optional<Job>> SqliteJournal::find_key(const std::string& key) {
  const std::lock_guard lock{mutex_};
  return database_.read([&]() -> Result<std::optional<Job>> {
    SQLite::Statement row{*database_, std::string{select_job} + "WHERE idempotency_key = ?"};
    row.bind(1, key);
    if (!row.executeStep()) return std::optional<Job>{};
    return std::optional{TRY(read_row(row))};
  });
}

Result<std::vector<Job>> SqliteJournal::list(std::size_t limit) {
  const std::lock_guard lock{mutex_};
  return database_.read([&]() -> Result<std::vector<Job>> {
    SQLite::Statement rows{*database_, std::string{select_job} + "ORDER BY position DESC LIMIT ?"};
    rows.bind(1, static_cast<std::int64_t>(std::min<std::size_t>(limit, INT64_MAX)));
    return read_rows(rows);
  });
}

Result<std::vector<Job>> SqliteJournal::open_jobs() {
  const std::lock_guard lock{mutex_};
  return database_.read([&]() -> Result<std::vector<Job>> {
    SQLite::Statement rows{
        *database_,
        std::string{select_job} + "WHERE state IN ('queued', 'running') ORDER BY position"};
    return read_rows(rows);
  });
}

void SqliteJournal::add_damage(SQLite::Statement& row, std::vector<DamagedJob>& damaged) {
  if (const auto job = read_job(row, database_.name()); !job)
    damaged.push_back(read_damage(row, job.error().message));
}

Result<std::vector<DamagedJob>> SqliteJournal::damaged_open() {
  const std::lock_guard lock{mutex_};
  return database_.read([&]() -> Result<std::vector<DamagedJob>> {
    std::vector<DamagedJob> damaged;
    SQLite::Statement rows{*database_,
                           fmt::format("{}WHERE state NOT IN ({})", select_job, ended_states)};
    while (rows.executeStep()) add_damage(rows, damaged);
    return damaged;
  });
}

Result<DamagedPart> SqliteJournal::damaged_ended(std::optional<std::int64_t> below,
                                                 std::size_t most) {
  const std::lock_guard lock{mutex_};
  return database_.read([&]() -> Result<DamagedPart> {
    SQLite::Statement rows{*database_, fmt::format("{}WHERE position < ? AND state IN ({}) "
                                                   "ORDER BY position DESC",
                                                   select_job, ended_states)};
    rows.bind(1, below.value_or(INT64_MAX));
    DamagedPart part;
    for (std::size_t read = 0; rows.executeStep(); ++read) {
      if (read == most) return part;
      add_damage(rows, part.jobs);
      part.rest = position_of(rows);
    }
    part.rest.reset();
    return part;
  });
}

Result<std::size_t> SqliteJournal::forget_ended(const std::string& before, std::size_t keep,
                                                std::size_t most) {
  const auto time = parse_time(before);
  const std::lock_guard lock{mutex_};
  return database_.write([&]() -> Result<std::size_t> {
    SQLite::Transaction transaction{*database_, SQLite::TransactionBehavior::IMMEDIATE};
    SQLite::Statement rows{
        *database_, fmt::format("{}WHERE position <= (SELECT position FROM jobs ORDER BY "
                                "position DESC LIMIT 1 OFFSET ?) AND state IN ({}) AND state "
                                "<> 'needs_attention' ORDER BY position LIMIT ?",
                                select_job, ended_states)};
    rows.bind(1, static_cast<std::int64_t>(keep));
    rows.bind(2, static_cast<std::int64_t>(most));
    std::vector<std::int64_t> old;
    while (rows.executeStep())
      if (const auto job = read_row(rows); job && has_ended_before(*job, time))
        old.push_back(position_of(rows));
    rows.reset();
    SQLite::Statement forget{*database_, "DELETE FROM jobs WHERE position = ?"};
    for (const std::int64_t position : old) {
      forget.bind(1, position);
      forget.exec();
      forget.reset();
    }
    transaction.commit();
    return old.size();
  });
}

Result<> SqliteJournal::set_aside(const std::string& name) {
  const std::lock_guard lock{mutex_};
  return database_.write([&]() -> Result<> {
    SQLite::Transaction transaction{*database_, SQLite::TransactionBehavior::IMMEDIATE};
    std::optional<std::int64_t> position;
    SQLite::Statement rows{*database_, select_job};
    while (rows.executeStep() && !position)
      if (const auto job = read_job(rows, database_.name());
          !job && read_damage(rows, job.error().message).name == name)
        position = position_of(rows);
    rows.reset();
    if (!position) return make_error(Errc::not_found, "no damaged job has the name '{}'", name);
    database_->exec(
        "CREATE TABLE IF NOT EXISTS set_aside (position INTEGER, id TEXT, state TEXT, subject "
        "TEXT, "
        "idempotency_key TEXT, request_digest TEXT, record TEXT, record_digest TEXT, moved TEXT) "
        "STRICT");
    for (const char* sql : {"INSERT INTO set_aside SELECT *, datetime('now') FROM jobs "
                            "WHERE position = ?",
                            "DELETE FROM jobs WHERE position = ?"}) {
      SQLite::Statement row{*database_, sql};
      row.bind(1, *position);
      row.exec();
    }
    transaction.commit();
    return {};
  });
}

}  // namespace imprint::store

#include "agent/store/journal_row.h"

#include "agent/base/digest.h"
#include "agent/model/json.h"

namespace imprint::store {

std::int64_t position_of(SQLite::Statement& row) {
  return row.getColumn(6).getInt64();
}

namespace {

/// 2: a job tells who wants it cancelled. A record of an older version is read as it is, for what
/// it lacks has a default, and is written as one of this version with its job's next change.
constexpr int record_version = 2;

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

std::string name_of(SQLite::Statement& row) {
  const auto id = JobId::parse(row.getColumn(0).getString());
  return id ? id->str() : fmt::format("job-row-{}", position_of(row));
}

}  // namespace

const Schema journal_schema{0x494D4A31,  // "IMJ1"
                            2,
                            R"(
CREATE TABLE jobs (position INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, state TEXT NOT NULL,
                   subject TEXT NOT NULL, idempotency_key TEXT NOT NULL UNIQUE, request_digest TEXT NOT NULL,
                   record TEXT NOT NULL, record_digest TEXT NOT NULL) STRICT;
CREATE UNIQUE INDEX open_job_of_subject ON jobs (subject)
  WHERE state IN ('queued', 'running') AND subject <> '';
CREATE INDEX open_jobs ON jobs (position) WHERE state IN ('queued', 'running');
)",
                            // Only its records differ; the number keeps older programs from
                            // reading them.
                            {"SELECT 1"}};

Result<std::string> record_of(const Job& job) {
  std::string record = dump_json(Json{{"version", record_version}, {"job", to_json(job)}});
  TRY_WITH(parse_record(record), "job '" + job.id.str() + "' cannot be recorded");
  return record;
}

Result<Job> read_job(SQLite::Statement& row, const std::string& file) {
  const std::string record = row.getColumn(1).getString();
  const auto damaged = [&](std::string_view reason) {
    return make_error(Errc::corrupt, "database '{}': the row of job '{}' cannot be read: {}", file,
                      name_of(row), reason);
  };
  if (digest_of(record) != row.getColumn(2).getString()) return damaged("its digest differs");
  auto job = parse_record(record);
  if (!job) return damaged(job.error().message);
  const bool same = job->id.str() == row.getColumn(0).getString() &&
                    to_string(job->state) == row.getColumn(3).getString() &&
                    job->subject == row.getColumn(4).getString() &&
                    job->idempotency_key == row.getColumn(5).getString();
  if (!same) return damaged("its columns say something else than its record");
  return job;
}

DamagedJob read_damage(SQLite::Statement& row, const std::string& reason) {
  const auto state = parse_job_state(row.getColumn(3).getString());
  std::string subject = row.getColumn(4).getString();
  // The other subjects, names of many instances, do not say which these are.
  if (!InstanceId::parse(subject) && !ImageId::parse(subject)) subject.clear();
  return {.name = name_of(row),
          .subject = std::move(subject),
          .idempotency_key = row.getColumn(5).getString(),
          .ended = state && is_final(*state),
          .reason = reason,
          .position = position_of(row)};
}

}  // namespace imprint::store

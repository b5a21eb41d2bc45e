#include "agent/workflows/damaged_rows.h"

#include <algorithm>
#include <iterator>
#include <ranges>

#include "agent/base/log.h"

namespace imprint::workflows {
namespace {

/// Some 5 MB of records: less than a tenth of a second, during which no job can write.
constexpr std::size_t most_ended = 500;

std::string refused_by(const DamagedJob& job) {
  if (job.ended) return "";
  return job.subject.empty() ? "every change" : fmt::format("every change of '{}'", job.subject);
}

std::string refused_by(const DamagedRecord& record) {
  const std::string_view key = record.key;
  if (key.starts_with("instances/")) return "every change of it, and deletions of images";
  if (key.starts_with("images/")) return "every use of it, and of images by a name alone";
  return "what needs it";
}

std::string told_of_newer(const std::string& reason) {
  return fmt::format("it was written by a newer version ({})", reason);
}

std::vector<Damage> told(const std::vector<DamagedJob>& jobs,
                         const std::vector<DamagedRecord>& records) {
  std::vector<Damage> all;
  for (const DamagedJob& job : jobs) all.push_back({job.name, job.reason, refused_by(job)});
  for (const DamagedRecord& record : records)
    all.push_back({record.key, record.reason, refused_by(record)});
  return all;
}

}  // namespace

Result<> DamagedRows::look() {
  Found fresh{TRY(journal_.damaged_open()), TRY(records_.damaged())};
  std::ranges::move(TRY(look_at_ended()), std::back_inserter(fresh.jobs));
  if (is_newer_) {
    for (DamagedJob& job : fresh.jobs) job.reason = told_of_newer(job.reason);
    for (DamagedRecord& record : fresh.records) record.reason = told_of_newer(record.reason);
  }
  const std::vector<Damage> known = all();
  for (const Damage& one : told(fresh.jobs, fresh.records))
    if (std::ranges::find(known, one) == known.end())
      log::error("'{}' cannot be read: {}; refused: {}", one.name, one.detail,
                 one.refused.empty() ? "nothing" : one.refused);
  *found_.lock() = std::move(fresh);
  return {};
}

Result<std::vector<DamagedJob>> DamagedRows::look_at_ended() {
  const auto ended = ended_.lock();
  auto& jobs = ended->jobs;
  const DamagedPart part = TRY(journal_.damaged_ended(ended->below, most_ended));
  jobs.erase(part.rest ? jobs.lower_bound(*part.rest) : jobs.begin(),
             ended->below ? jobs.lower_bound(*ended->below) : jobs.end());
  for (const DamagedJob& job : part.jobs) jobs.emplace(job.position, job);
  ended->below = part.rest;
  std::vector<DamagedJob> all;
  std::ranges::copy(std::views::values(jobs), std::back_inserter(all));
  return all;
}

std::vector<Damage> DamagedRows::all() {
  const auto found = found_.lock();
  return told(found->jobs, found->records);
}

std::vector<DamagedJob> DamagedRows::jobs() {
  return found_.lock()->jobs;
}

Result<> DamagedRows::permit(const std::string& subject) {
  const auto found = found_.lock();
  for (const DamagedJob& job : found->jobs)
    if (!job.ended && (job.subject.empty() || job.subject == subject))
      return make_error(Errc::conflict,
                        "'{}' cannot be read and may have been changing {}; see 'node status'",
                        job.name, job.subject.empty() ? "anything" : "'" + job.subject + "'");
  return {};
}

Result<> DamagedRows::permit_image(const std::string& ref) {
  if (ImageId::parse(ref) || TRY(ImageRef::parse(ref)).version) return {};
  return require_no_record("images/", "say which version of the image is meant");
}

Result<> DamagedRows::permit_deletion() {
  return require_no_record("instances/", "it is not known which images that instance uses");
}

Result<> DamagedRows::require_no_record(std::string_view prefix, std::string_view unknown) {
  const auto found = found_.lock();
  for (const DamagedRecord& record : found->records)
    if (record.key.starts_with(prefix))
      return make_error(Errc::conflict, "record '{}' cannot be read: {}; see 'node status'",
                        record.key, unknown);
  return {};
}

}  // namespace imprint::workflows

#include "agent/cli/check_images.h"

#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <optional>
#include <thread>

#include "agent/cli/exit_status.h"
#include "agent/policy/batches.h"

namespace imprint::cli {
namespace {

ImageReport unreadable(const std::string& path, const std::string& reason) {
  ImageReport report;
  report.path = path;
  report.undetermined.push_back({std::string{unreadable_rule}, reason});
  report.coverage.undetermined = 1;
  return report;
}

Inspection inspection_in(const CheckSession& session, const CheckOptions& options,
                         const std::string& path) {
  Inspection inspection = inspection_of(options, session.language, path);
  inspection.passphrase = session.passphrase;
  inspection.cancelled = session.cancelled;
  return inspection;
}

bool is_cancelled(const CheckSession& session) {
  return session.cancelled && session.cancelled();
}

Result<ImageReport> check_one(Inspector& inspector, const CheckOptions& options,
                              const CheckSession& session, const std::string& path) {
  if (is_cancelled(session)) return make_error(Errc::cancelled, "the check was cancelled");
  auto report = inspector.inspect(inspection_in(session, options, path));
  // Of an image that is not there is a report, so what is not found is the profile.
  if (report) return report;
  const Errc code = report.error().code;
  if (code == Errc::invalid || code == Errc::not_found || code == Errc::cancelled) return report;
  return unreadable(path, report.error().message);
}

/// Only the owner of a file can have written it, if nobody else may. Who writes to a block device
/// cannot be told.
policy::SoleWriter sole_writer(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return std::nullopt;
  if ((info.st_mode & (S_IWGRP | S_IWOTH)) != 0) return std::nullopt;
  return info.st_uid;
}

std::vector<std::vector<std::size_t>> batches_of(const CheckOptions& options,
                                                 const CheckSession& session) {
  const bool may_share =
      !options.alone && !options.no_snapshot_appliance && session.passphrase.empty();
  std::vector<policy::SoleWriter> writers;
  for (const std::string& path : options.disks)
    writers.push_back(may_share ? sole_writer(path) : std::nullopt);
  return policy::plan_batches(writers, static_cast<std::size_t>(options.jobs));
}

void check_together(Inspector& inspector, const CheckOptions& options, const CheckSession& session,
                    const std::vector<std::size_t>& batch,
                    std::vector<std::optional<Result<ImageReport>>>& results) {
  if (batch.size() < 2 || is_cancelled(session)) return;
  std::vector<std::filesystem::path> images;
  for (const std::size_t image : batch) images.emplace_back(options.disks[image]);
  auto reports = inspector.inspect_together(inspection_in(session, options, {}), images);
  for (std::size_t i = 0; i < batch.size(); ++i)
    if (reports[i]) results[batch[i]].emplace(*std::move(reports[i]));
}

}  // namespace

Inspection inspection_of(const CheckOptions& options, const std::string& language,
                         const std::string& path) {
  Inspection inspection;
  inspection.image = path;
  inspection.profile = options.profile;
  inspection.language = language;
  inspection.restore = !options.no_snapshot_appliance;
  inspection.companions.assign(options.companions.begin(), options.companions.end());
  return inspection;
}

Result<std::vector<ImageReport>> check_all(Inspector& inspector, const CheckOptions& options,
                                           const CheckSession& session) {
  const auto batches = batches_of(options, session);
  std::vector<std::optional<Result<ImageReport>>> results(options.disks.size());
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t i = next++; i < batches.size(); i = next++) {
      check_together(inspector, options, session, batches[i], results);
      for (const std::size_t image : batches[i])
        if (!results[image])
          results[image].emplace(check_one(inspector, options, session, options.disks[image]));
    }
  };
  std::vector<std::jthread> threads;
  for (int i = 1; i < options.jobs; ++i) threads.emplace_back(work);
  work();
  threads.clear();
  std::vector<ImageReport> reports;
  for (auto& result : results) reports.push_back(TRY(*std::move(result)));
  return reports;
}

int status_of(const Report& report) {
  const auto some = [&](Verdict verdict) {
    return std::ranges::find(report.images, verdict, &ImageReport::verdict) != report.images.end();
  };
  if (some(Verdict::rejected)) return status_failed;
  return some(Verdict::undetermined) ? status_undetermined : status_ok;
}

}  // namespace imprint::cli

#include "agent/cli/check_images.h"

#include <algorithm>
#include <atomic>
#include <optional>
#include <thread>

#include "agent/cli/exit_status.h"

namespace imprint::cli {
namespace {

ImageReport unreadable(const std::string& path, const std::string& reason) {
  ImageReport report;
  report.path = path;
  report.undetermined.push_back({std::string{unreadable_rule}, reason});
  report.coverage.undetermined = 1;
  return report;
}

Result<ImageReport> check_one(Inspector& inspector, const CheckOptions& options,
                              const std::string& language, const std::string& passphrase,
                              const std::string& path) {
  if (const std::string reason = unfit(path); !reason.empty()) return unreadable(path, reason);
  Inspection inspection = inspection_of(options, language, path);
  inspection.passphrase = passphrase;
  auto report = inspector.inspect(inspection);
  // The path was there a moment ago, so what is not found is the profile.
  const bool of_the_command =
      !report && (report.error().code == Errc::invalid || report.error().code == Errc::not_found);
  if (report || of_the_command) return report;
  return unreadable(path, report.error().message);
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
                                           const std::string& language,
                                           const std::string& passphrase) {
  std::vector<std::optional<Result<ImageReport>>> results(options.disks.size());
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t i = next++; i < results.size(); i = next++)
      results[i].emplace(check_one(inspector, options, language, passphrase, options.disks[i]));
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

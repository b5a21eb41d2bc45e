// imprintctl check: judges images here, with no daemon.

#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <optional>
#include <ostream>
#include <thread>

#include "agent/base/atomic_file.h"
#include "agent/cli/print.h"
#include "agent/cli/session.h"
#include "agent/model/json.h"

namespace imprint::cli {
namespace {

// The rule of the catalogue that an image which cannot be opened leaves unanswered.
const char* const unreadable_rule = "disk.unreadable";

const char* const examples =
    R"(Reads each image in a sandbox, runs nothing of it, and says what would keep it from booting, with the file and the line.
Needs no daemon, no root and no network.

Examples:
  imprintctl check disk.qcow2
  imprintctl check *.qcow2 --jobs 2 --format json --output report.json
  imprintctl check system.raw --companion data.raw     disks of one machine

Exit status: 0 all accepted; 1 some rejected; 2 none rejected, but some undetermined or unreadable; 64 wrong usage.)";

struct CheckOptions {
  std::vector<std::string> disks;
  std::vector<std::string> companions;
  std::string profile = "generic";
  std::string format = "text";
  std::string output;
  int jobs = 1;
};

/// Why the path cannot be an image; empty if it may be one. A pipe is never opened: that could wait
/// for ever.
std::string unfit(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return system_error(errno, "cannot be read").message;
  if (S_ISDIR(info.st_mode)) return "is a folder, not an image";
  if (!S_ISREG(info.st_mode) && !S_ISBLK(info.st_mode))
    return "is neither a file nor a block device";
  return "";
}

ImageReport unreadable(const std::string& path, const std::string& reason) {
  ImageReport report;
  report.path = path;
  report.undetermined.push_back({unreadable_rule, reason});
  report.coverage.undetermined = 1;
  return report;
}

/// An Error only for what concerns the command itself, such as a profile that does not exist.
Result<ImageReport> check_one(Inspector& inspector, const CheckOptions& options,
                              const std::string& language, const std::string& path) {
  if (const std::string reason = unfit(path); !reason.empty()) return unreadable(path, reason);
  Inspection inspection;
  inspection.image = path;
  inspection.profile = options.profile;
  inspection.language = language;
  inspection.companions.assign(options.companions.begin(), options.companions.end());
  auto report = inspector.inspect(inspection);
  // The path was there a moment ago, so what is not found is the profile.
  const bool of_the_command =
      !report && (report.error().code == Errc::invalid || report.error().code == Errc::not_found);
  if (report || of_the_command) return report;
  return unreadable(path, report.error().message);
}

/// All disks, in their order, by as many threads as asked for.
Result<std::vector<ImageReport>> check_all(Inspector& inspector, const CheckOptions& options,
                                           const std::string& language) {
  std::vector<std::optional<Result<ImageReport>>> results(options.disks.size());
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t i = next++; i < results.size(); i = next++)
      results[i].emplace(check_one(inspector, options, language, options.disks[i]));
  };
  std::vector<std::jthread> threads;
  for (int i = 1; i < options.jobs; ++i) threads.emplace_back(work);
  work();
  threads.clear();
  std::vector<ImageReport> reports;
  for (auto& result : results) reports.push_back(TRY(*std::move(result)));
  return reports;
}

Result<> write(Session& session, const CheckOptions& options, const Report& report) {
  const bool to_file = !options.output.empty();
  std::string text =
      options.format == "json"
          ? dump_json(to_json(report), 2) + "\n"
          : session.environment.render(report, !to_file && session.environment.out_is_terminal);
  if (to_file) return write_file_atomically(options.output, text, 0644);
  session.environment.out << text;
  return {};
}

int status_of(const Report& report) {
  const auto some = [&](Verdict verdict) {
    return std::ranges::find(report.images, verdict, &ImageReport::verdict) != report.images.end();
  };
  if (some(Verdict::rejected)) return status_failed;
  return some(Verdict::undetermined) ? status_undetermined : status_ok;
}

/// Empty if the command line makes sense.
std::string misuse_of(const CheckOptions& options) {
  for (const auto* later : {"sarif", "junit", "html"})
    if (options.format == later)
      return fmt::format("--format {}: not available in this version; text and json are", later);
  if (!options.companions.empty() && options.disks.size() != 1)
    return "--companion: names further disks of one machine, so give exactly one DISK";
  for (const auto& companion : options.companions)
    if (const std::string reason = unfit(companion); !reason.empty())
      return fmt::format("--companion '{}': {}", companion, reason);
  return "";
}

Result<int> check(Session& session, const CheckOptions& given) {
  CheckOptions options = given;
  if (session.json) options.format = "json";
  std::ostream& err = session.environment.err;
  if (const std::string misuse = misuse_of(options); !misuse.empty()) {
    err << "imprintctl: " << misuse << "\n";
    return status_usage;
  }
  const std::string& language = session.speak();
  const std::unique_ptr<Inspector> inspector = TRY(session.environment.inspector());
  auto reports = check_all(*inspector, options, language);
  if (!reports) {
    err << "imprintctl: " << reports.error().message << "\n";
    return status_usage;
  }
  const Report report{options.profile, inspector->ruleset(), *std::move(reports)};
  for (const ImageReport& image : report.images)
    for (const Undetermined& each : image.undetermined)
      if (each.rule == unreadable_rule)
        err << harmless(fmt::format("imprintctl: '{}' {}", image.path, each.reason)) << "\n";
  TRY(write(session, options, report));
  return status_of(report);
}

}  // namespace

void add_check(CLI::App& app, Session& session) {
  auto options = std::make_shared<CheckOptions>();
  CLI::App* command = add_action(app, session, "check",
                                 "Say whether disk images would boot, and why not", options, check);
  command->add_option("DISK", options->disks, "Image files or block devices")->required();
  command
      ->add_option("--profile", options->profile,
                   "What an image must be like: generic, ecs, jdcloud, or a file")
      ->capture_default_str()
      ->type_name("NAME|FILE");
  command->add_option("--format", options->format, "Of the report: text or json")
      ->check(CLI::IsMember({"text", "json", "sarif", "junit", "html"}))
      ->capture_default_str();
  command->add_option("--output", options->output, "Write the report there")->type_name("FILE");
  command
      ->add_option("--jobs", options->jobs,
                   "Images checked at once; each needs about 1.3 GiB of memory")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  command
      ->add_option("--companion", options->companions,
                   "A further disk of the same machine; may be repeated")
      ->allow_extra_args(false)
      ->type_name("DISK");
  add_language(*command, session);
  command->footer(examples);
}

}  // namespace imprint::cli

#include "guestfs/inspect/worker_inspector.h"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "agent/base/accelerator.h"
#include "agent/model/json.h"
#include "guestfs/container/byte_source.h"
#include "guestfs/inspect/appliance_cache.h"
#include "guestfs/inspect/profile_json.h"
#include "guestfs/language/say.h"
#include "guestfs/profiles/load_profile.h"
#include "guestfs/rules/table.h"

namespace imprint::inspect {
namespace {

namespace fs = std::filesystem;

constexpr const char* worker_name = "imprint-inspect";
constexpr std::size_t largest_report = std::size_t{64} << 20;
constexpr std::uint64_t cpu_per_wall = 4;  // TCG keeps more than one processor busy

/// A folder that only this process's user can enter, removed at the end.
class PrivateFolder {
 public:
  static Result<PrivateFolder> create() {
    std::string pattern = (fs::temp_directory_path() / "imprint-inspect-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) return system_error(errno, pattern);
    return PrivateFolder{pattern};
  }
  PrivateFolder(PrivateFolder&& other) noexcept : path_{std::exchange(other.path_, {})} {}
  PrivateFolder& operator=(PrivateFolder&&) = delete;
  ~PrivateFolder() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  [[nodiscard]] const fs::path& path() const noexcept { return path_; }

 private:
  explicit PrivateFolder(fs::path path) : path_{std::move(path)} {}
  fs::path path_;
};

/// What one run of the worker needs, all of it ready.
struct Workplace {
  fs::path worker;
  fs::path appliance;
  Accelerator accelerator;
  fs::path temp_folder;
  std::vector<rules::Profile> profiles;
};

Sandbox sandbox_for(const Inspection& inspection, const Workplace& place) {
  Sandbox sandbox;
  sandbox.read = system_read_paths();
  sandbox.read.insert(sandbox.read.end(), {place.worker, place.appliance, inspection.image});
  sandbox.read.insert(sandbox.read.end(), inspection.companions.begin(),
                      inspection.companions.end());
  sandbox.write = {place.temp_folder, "/dev/null"};
  if (place.accelerator.name == "kvm") sandbox.write.emplace_back("/dev/kvm");
  sandbox.cpu_seconds = static_cast<std::uint64_t>(inspection.time_limit.count()) * cpu_per_wall;
  return sandbox;
}

Command command_for(const Inspection& inspection, const Workplace& place) {
  Command command;
  command.arguments = {place.worker.string(),
                       "--appliance",
                       place.appliance.string(),
                       "--accelerator",
                       place.accelerator.name,
                       "--lang",
                       inspection.language,
                       "--profile",
                       "-"};
  if (inspection.declared_format) {
    command.arguments.emplace_back("--format");
    command.arguments.push_back(*inspection.declared_format);
  }
  if (inspection.digest) {
    command.arguments.emplace_back("--sha256");
    command.arguments.push_back(inspection.digest->hex());
  }
  for (const fs::path& companion : inspection.companions) {
    command.arguments.emplace_back("--companion");
    command.arguments.push_back(companion.string());
  }
  command.arguments.emplace_back("--");
  command.arguments.push_back(inspection.image.string());
  command.environment = {"TMPDIR=" + place.temp_folder.string(),
                         "HOME=" + place.temp_folder.string()};
  command.input = dump_json(profiles_to_json(place.profiles));
  command.time_limit = inspection.time_limit;
  command.output_limit = largest_report;
  command.sandbox = sandbox_for(inspection, place);
  command.cancelled = inspection.cancelled;
  return command;
}

ImageReport undetermined(const Inspection& inspection, std::string rule, std::string reason) {
  ImageReport report;
  report.path = inspection.image.string();
  report.undetermined.push_back({std::move(rule), std::move(reason)});
  report.coverage.undetermined = 1;
  report.verdict = Verdict::undetermined;
  return report;
}

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

ImageReport read_report(const Inspection& inspection, const CommandOutput& output) {
  if (output.status != 0)
    return undetermined(inspection, "os.none-found",
                        say("the inspecting process ended with status {}: {}", output.status,
                            first_line(output.err)));
  const auto json = parse_json(output.out);
  auto report = json ? parse_image_report(*json) : Result<ImageReport>{json.error()};
  if (!report)
    return undetermined(
        inspection, "os.none-found",
        say("the inspecting process printed no report: {}", report.error().message));
  return *std::move(report);
}

/// The image and its companions by absolute paths, for the worker's sandbox names what it may open.
Result<Inspection> with_absolute_paths(Inspection inspection) {
  std::error_code failed;
  inspection.image = fs::absolute(inspection.image, failed);
  for (fs::path& companion : inspection.companions) {
    companion = fs::absolute(companion, failed);
    if (auto source = container::FileSource::open(companion); !source) return source.error();
  }
  return inspection;
}

}  // namespace

Result<fs::path> find_worker() {
  if (const char* named = std::getenv("IMPRINT_INSPECT"); named != nullptr && *named != '\0')
    return fs::path{named};
  std::error_code failed;
  const fs::path here = fs::read_symlink("/proc/self/exe", failed).parent_path();
  for (const fs::path& candidate : {here / worker_name, fs::path{IMPRINT_LIBEXEC} / worker_name})
    if (::access(candidate.c_str(), X_OK) == 0) return candidate;
  return make_error(Errc::unavailable, "'{}' is not installed in '{}'", worker_name,
                    IMPRINT_LIBEXEC);
}

Result<ImageReport> WorkerInspector::inspect(const Inspection& asked) {
  const Inspection inspection = TRY(with_absolute_paths(asked));
  Workplace place;
  place.profiles = TRY(profiles::load_profiles(inspection.profile));
  // Before the sandbox is made: a folder given as image would open everything below it to the
  // worker.
  if (auto source = container::FileSource::open(inspection.image); !source) {
    if (source.error().code == Errc::not_found) return source.error();
    return undetermined(inspection, "disk.unreadable", source.error().message);
  }
  const fs::path cache =
      settings_.cache_folder.empty() ? default_cache_folder() : settings_.cache_folder;
  const PrivateFolder temp = TRY(PrivateFolder::create());
  place.worker = settings_.worker.empty() ? TRY(find_worker()) : settings_.worker;
  place.appliance = TRY(prepare_appliance(cache));
  place.accelerator = TRY(probe_accelerator(place.appliance / "kernel", cache));
  place.temp_folder = temp.path();
  const auto output = run_command(command_for(inspection, place));
  if (output) return read_report(inspection, *output);
  const Error& error = output.error();
  if (error.code == Errc::cancelled) return error;
  if (error.code == Errc::not_found) return make_error(Errc::unavailable, "{}", error.message);
  return undetermined(inspection, "os.none-found", error.message);
}

std::string WorkerInspector::ruleset() const {
  return rules::ruleset_version();
}

}  // namespace imprint::inspect

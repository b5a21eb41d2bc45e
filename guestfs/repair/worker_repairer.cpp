#include "guestfs/repair/worker_repairer.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

#include "agent/base/fd.h"
#include "agent/base/file_version.h"
#include "guestfs/container/gate.h"
#include "guestfs/inspect/repair_worker.h"
#include "guestfs/inspect/workplace.h"
#include "guestfs/language/say.h"
#include "guestfs/profiles/load_manifest.h"
#include "guestfs/repair/copy_disk.h"
#include "guestfs/repair/plan.h"

namespace imprint::repair {
namespace {

namespace fs = std::filesystem;

using inspect::RepairStatus;

constexpr std::uint64_t most_unpacked = std::uint64_t{1} << 40;
constexpr std::uint64_t headroom = std::uint64_t{1} << 26;  // what file systems keep for themselves

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::symlink_status(path, ignored).type() != fs::file_type::not_found;
}

UnrepairedImage unrepaired(const ImageReport& report) {
  return {report.path, report.sha256, report.verdict, report.findings};
}

/// The copy on its way: its file and its format in the gate's words.
struct DiskCopy {
  fs::path path;
  std::string format;
};

class Run {
 public:
  Run(const RepairOrder& order, const inspect::WorkerSettings& settings,
      inspect::WorkerInspector& inspector)
      : order_{order}, settings_{settings}, inspector_{inspector} {}

  Result<RepairedImage> run() {
    if (is_there(order_.output))
      return make_error(Errc::conflict, "'{}' exists", order_.output.string());
    const auto version = file_version(order_.inspection.image);
    auto planned = TRY(inspector_.plan_repair(order_.inspection));
    RepairPlan plan;
    plan.refusal = say("no system in it was judged");
    if (!planned.plan.is_null()) plan = TRY(parse_plan(planned.plan));
    RepairedImage result;
    result.repair.output = order_.output.string();
    result.repair.refusal = plan.refusal;
    result.repair.before = unrepaired(planned.report);
    result.repair.changes = shown_changes(plan);
    result.repair.unrepaired = plan.kept;
    result.report = std::move(planned.report);
    if (!plan.refusal.empty() || order_.dry_run) return result;
    if (!version) return version.error();
    result.report = TRY(make_copy(plan, result.report.container.format, *version));
    result.repair.done = true;
    result.repair.after = result.report.verdict;
    return result;
  }

 private:
  Result<ImageReport> make_copy(const RepairPlan& plan, const std::string& format,
                                const std::string& version) {
    const fs::path output = fs::absolute(order_.output);
    const auto folder =
        TRY(inspect::PrivateFolder::create(output.parent_path(), ".imprint-repair-"));
    const DiskCopy copy = TRY(copy_disk(folder.path(), format));
    if (TRY(file_version(order_.inspection.image)) != version)
      return make_error(Errc::conflict, "'{}' changed while it was copied",
                        order_.inspection.image.string());
    if (!plan.changes.empty()) TRY(carry_out(plan, copy));
    Inspection again = order_.inspection;
    again.image = copy.path;
    again.declared_format = copy.format;
    again.digest.reset();
    ImageReport report = TRY(inspector_.inspect(again));
    report.path = order_.output.string();
    TRY(give_mode(copy.path, folder.path()));
    TRY(publish_new(copy.path, output));
    return report;
  }

  /// Raw and qcow2 stay what they are; what was packed, or is of another format, becomes qcow2.
  Result<DiskCopy> copy_disk(const fs::path& folder, const std::string& format) {
    const fs::path& image = order_.inspection.image;
    const auto& cancelled = order_.inspection.cancelled;
    std::error_code fault;
    const auto space = fs::space(folder, fault);
    const std::uint64_t room = fault || space.available < headroom ? 0 : space.available - headroom;
    const auto unpacked = TRY(
        inspector_.unpack({image, folder / "content", std::min(room, most_unpacked), cancelled}));
    const fs::path content = unpacked ? folder / "content" : image;
    if (unpacked && format == "qcow2") return DiskCopy{content, format};
    const fs::path target = folder / "disk";
    if (!unpacked && (format == "raw" || format == "qcow2")) {
      TRY(copy_sparsely(image, target, cancelled));
      return DiskCopy{target, format};
    }
    TRY(convert_to_qcow2(content, std::string{container::qemu_name(format)}, target, cancelled));
    return DiskCopy{target, "qcow2"};
  }

  Result<> carry_out(const RepairPlan& plan, const DiskCopy& copy) {
    const Inspection& inspection = order_.inspection;
    const auto place = TRY(inspect::prepare_workplace(settings_, false));
    std::vector<fs::path> companions;
    for (const fs::path& companion : inspection.companions)
      if (!profiles::is_manifest(companion)) companions.push_back(fs::absolute(companion));
    Command command = inspect::command_at(place, companions, inspection.time_limit);
    command.sandbox->write.push_back(copy.path);
    command.arguments.insert(command.arguments.end(),
                             {"--repair", "--lang", inspection.language, "--format", copy.format});
    for (const fs::path& companion : companions)
      command.arguments.insert(command.arguments.end(), {"--companion", companion.string()});
    command.arguments.insert(command.arguments.end(), {"--", copy.path.string()});
    command.input = dump_json(to_json(plan));
    command.cancelled = inspection.cancelled;
    const CommandOutput output = TRY(run_command(command));
    const auto status = static_cast<RepairStatus>(output.status);
    if (status == RepairStatus::done) return {};
    const Errc code = status == RepairStatus::conflict  ? Errc::conflict
                      : status == RepairStatus::corrupt ? Errc::corrupt
                                                        : Errc::unavailable;
    return make_error(code, "'{}' cannot be repaired: {}", inspection.image.string(),
                      output.err.substr(0, output.err.find('\n')));
  }

  /// As cp(1): the image's own, as far as the caller's mask allows, which a new file shows.
  Result<> give_mode(const fs::path& copy, const fs::path& folder) {
    struct stat info {};
    if (::stat(order_.inspection.image.c_str(), &info) != 0)
      return system_error(errno, order_.inspection.image.string());
    const mode_t wanted = S_ISREG(info.st_mode) ? info.st_mode & 0777 : 0600;
    const fs::path sample = folder / "mode";
    const Fd fd{::open(sample.c_str(), O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, wanted)};
    if (!fd.valid() || ::fstat(fd.get(), &info) != 0 ||
        ::chmod(copy.c_str(), info.st_mode & 0777) != 0)
      return system_error(errno, copy.string());
    return {};
  }

  const RepairOrder& order_;
  const inspect::WorkerSettings& settings_;
  inspect::WorkerInspector& inspector_;
};

}  // namespace

Result<RepairedImage> WorkerRepairer::repair(const RepairOrder& order) {
  return Run{order, settings_, inspector_}.run();
}

}  // namespace imprint::repair

#include "guestfs/inspect/inspect_image.h"

#include <future>
#include <iostream>

#include "agent/base/digest.h"
#include "guestfs/container/gate.h"
#include "guestfs/container/qemu_img.h"
#include "guestfs/guest/device_set.h"
#include "guestfs/guest/open_luks.h"
#include "guestfs/guest/read_inventory.h"
#include "guestfs/guest/read_states.h"
#include "guestfs/inspect/guest_tree.h"
#include "guestfs/inspect/ledger.h"
#include "guestfs/inspect/packed_image.h"
#include "guestfs/inspect/report_facts.h"
#include "guestfs/inspect/stopwatch.h"
#include "guestfs/inspect/windows_tree.h"
#include "guestfs/language/say.h"
#include "guestfs/repair/repairs.h"

namespace imprint::inspect {
namespace {

constexpr const char* no_system = "os.none-found";
constexpr const char* several_systems = "os.multi-boot";
constexpr const char* not_installed = "os.not-installed";
constexpr const char* on_several_disks = "fs.multi-disk-root";

/// One image on its way through all stages. Each stage returns whether the next may run.
class InspectionRun {
 public:
  explicit InspectionRun(const Task& task, bool plans = false)
      : task_{task}, plans_{plans}, ledger_{task.profiles, task.today} {
    plan_.refusal = say("no system in it was judged");
  }

  ImageReport run() {
    Stopwatch total;
    report_.path = task_.image.string();
    // Looked at before anything else opens it: reading a pipe would never end.
    if (auto source = container::FileSource::open(task_.image); !source)
      ledger_.undetermined("disk.unreadable", source.error().message);
    else
      read_image();
    ledger_.close(report_);
    report_.timings_ms.total = total.lap();
    return std::move(report_);
  }

  /// After run().
  repair::RepairPlan plan() { return std::move(plan_); }

 private:
  /// The digest takes as long as the file is large, so it is computed while the appliance starts.
  void read_image() {
    auto digest = std::async(std::launch::async, [this]() -> Result<std::string> {
      if (!task_.digest.empty()) return std::string{task_.digest};
      return digest_of_file(task_.image);
    });
    if (check_containers()) read_guest();
    auto hex = digest.get();
    if (hex)
      report_.sha256 = *std::move(hex);
    else
      ledger_.undetermined("disk.unreadable", hex.error().message);
  }

  /// The rules of a guest stay without an answer.
  void no_guest(const std::string& reason) { ledger_.no_guest(no_system, reason); }

  void fired(std::string_view rule, std::string message) {
    rules::Evidence evidence;
    evidence.message = std::move(message);
    ledger_.fired(rule, evidence);
  }

  bool check_containers() {
    Stopwatch watch;
    bool good = check_container(task_.image, task_.format, report_.container);
    for (const auto& companion : task_.companions) {
      ContainerFacts facts;
      good = check_container(companion, std::nullopt, facts) && good;
    }
    ledger_.answered("disk.");
    report_.timings_ms.container = watch.lap();
    return good;
  }

  bool check_container(const std::filesystem::path& path, const std::optional<std::string>& format,
                       ContainerFacts& facts) {
    Unwrapped content =
        unwrap(path, task_.temp_folder / fmt::format("content-{}", drives_.size() + 1));
    if (content.undecided) ledger_.undetermined("disk.unreadable", *content.undecided);
    if (content.finding) add_container_findings(path, {*content.finding});
    if (content.undecided || content.finding) return false;
    return check_content(path, content.path, format, facts);
  }

  /// `path`: what the user knows the file by; `content`: where its bytes are, unpacked.
  bool check_content(const std::filesystem::path& path, const std::filesystem::path& content,
                     const std::optional<std::string>& format, ContainerFacts& facts) {
    auto source = container::FileSource::open(content);
    if (!source) {
      ledger_.undetermined("disk.unreadable", source.error().message);
      return false;
    }
    auto gate = container::judge(*source, format);
    facts = gate.container;
    if (!add_container_findings(path, std::move(gate.findings))) return false;
    const auto info = container::qemu_img_info(content, container::qemu_name(facts.format));
    if (!info) {
      ledger_.undetermined("disk.unreadable", info.error().message);
      return false;
    }
    if (!add_container_findings(path, container::compare_with_qemu(facts, *info))) return false;
    drives_.push_back({content, std::string{container::qemu_name(facts.format)}});
    return true;
  }

  /// Adds what the gate found; false if any of it is an error.
  bool add_container_findings(const std::filesystem::path& path, std::vector<Finding> findings) {
    bool good = true;
    for (Finding& finding : findings) {
      good = good && finding.severity != Severity::error;
      if (path != task_.image) finding.message = path.string() + ": " + finding.message;
      ledger_.add_gate_finding(finding);
    }
    return good;
  }

  void read_guest() {
    Stopwatch watch;
    auto appliance = start_appliance();
    report_.timings_ms.launch = watch.lap();
    if (!appliance) return no_guest(appliance.error().message);
    const auto judged = read_systems(*appliance);
    if (!judged) no_guest(judged.error().message);
  }

  Result<guest::Appliance> start_appliance() {
    const guest::ApplianceSettings settings{task_.appliance, task_.temp_folder, task_.kvm};
    std::string reason = task_.not_saved;
    if (task_.saved) {
      auto restored = guest::Appliance::restore(settings, *task_.saved, drives_);
      if (restored) return restored;
      reason = restored.error().message;
    }
    // For whoever started this: it goes into a log, not into the report.
    if (!reason.empty())
      std::cerr << "the appliance boots instead of being restored: " << reason << '\n';
    return guest::Appliance::launch(settings, drives_);
  }

  Result<> read_systems(guest::Appliance& appliance) {
    Stopwatch watch;
    guest::Inventory inventory = TRY(guest::read_inventory(appliance));
    if (!task_.passphrase.empty())
      refused_ = TRY(guest::open_luks(appliance, inventory, task_.passphrase));
    TRY(guest::read_states(appliance, inventory));
    inventory.volumes.insert(inventory.volumes.end(), task_.promised.begin(), task_.promised.end());
    guest::VolumeMounts mounts{appliance, inventory};
    const auto search = TRY(guest::find_systems(appliance, mounts, inventory));
    report_.disks = disk_facts(inventory);
    report_.timings_ms.read = watch.lap();
    if (search.systems.empty() && !search.windows.empty())
      return read_windows(appliance, mounts, inventory, search.windows.front());
    if (search.systems.empty()) {
      tell_no_system(search, inventory);
      return {};
    }
    ledger_.answered("os.");
    const guest::System system = TRY(choose_system(appliance, mounts, inventory, search));
    const auto tree = TRY(mount_system(appliance, mounts, inventory, search, system));
    TRY(guest::read_space(appliance, mounts, inventory));
    guest::LibguestfsFs fs{appliance, tree.shown};
    guest::FollowingFs following{fs};
    const auto facts = facts::read_facts(following, inventory, tree.mounts);
    report_.timings_ms.read += watch.lap();
    judge(inventory, following, facts, tree);
    if (plans_) plan_repair(fs, {inventory, following, facts});
    report_.timings_ms.rules = watch.lap();
    tell_several_systems(search, inventory, system);
    return {};
  }

  Result<> read_windows(guest::Appliance& appliance, guest::VolumeMounts& mounts,
                        const guest::Inventory& inventory, std::size_t volume) {
    Stopwatch watch;
    ledger_.answered("os.");
    const auto tree = TRY(mount_windows(mounts, inventory, volume));
    guest::LibguestfsFs fs{appliance, tree.shown};
    guest::FollowingFs following{fs};
    const auto facts = facts::read_windows_facts(following, tree.mounts);
    report_.timings_ms.read += watch.lap();
    judge(inventory, following, facts, tree);
    if (plans_) plan_repair(fs, {inventory, following, facts});
    report_.timings_ms.rules = watch.lap();
    return {};
  }

  /// From what was found so far, which is all that the guest's files are at fault for.
  void plan_repair(guest::LibguestfsFs& fs, const rules::Context& context) {
    const std::vector<Finding> findings = ledger_.findings();
    plan_ =
        repair::plan_repair({context, findings, task_.profiles, !task_.companions.empty(),
                             [&](const guest::GuestPath& path) { return fs.count_names(path); }});
  }

  /// The first system whose boot chain leads to itself; if none does, the first.
  static Result<guest::System> choose_system(guest::Appliance& appliance,
                                             guest::VolumeMounts& mounts,
                                             guest::Inventory& inventory,
                                             const guest::SystemSearch& search) {
    if (search.systems.size() == 1) return search.systems.front();
    for (const guest::System& system : search.systems) {
      const auto tree = TRY(mount_system(appliance, mounts, inventory, search, system));
      guest::LibguestfsFs fs{appliance, tree.shown};
      guest::FollowingFs following{fs};
      const auto boot = facts::read_boot(following, inventory, tree.mounts);
      if (boot.root && boot.root->resolution.volume == system.volume) return system;
    }
    return search.systems.front();
  }

  void judge(const guest::Inventory& inventory, guest::FollowingFs& fs, const facts::Facts& facts,
             const GuestTree& tree) {
    for (const std::string& missing : tree.missing)
      ledger_.undetermined(facts.windows ? "win.bootmgr" : "boot.no-config", missing);
    ledger_.run_rules({inventory, fs, facts});
    ledger_.add_context(fs);
    report_.guest = guest_facts(facts);
    report_.boot = boot_facts(facts.boot, inventory);
    if (facts.windows && !facts.windows->firmware.empty()) report_.boot.loader = "bootmgr";
    mark_mounts(report_.disks, inventory, tree.mounts);
  }

  /// An encrypted or unknown file system may well hold a system; only a disk that was read in full
  /// holds none.
  void tell_no_system(const guest::SystemSearch& search, const guest::Inventory& inventory) {
    if (tell_missing_devices(inventory)) return;
    if (!refused_.empty())
      return no_guest(say("no system is in the clear, and the passphrase does not open LUKS: {}",
                          fmt::join(refused_, "; ")));
    if (!search.encrypted.empty())
      return no_guest(say("no system is in the clear, but '{}' is encrypted with LUKS",
                          fmt::join(search.encrypted, "', '")));
    if (!search.unreadable.empty())
      return no_guest(say("a file system cannot be read: {}", fmt::join(search.unreadable, "; ")));
    if (!search.usr_only.empty())
      return no_guest(say("'{}' holds the /usr of a system whose root is made when it first starts",
                          fmt::join(search.usr_only, "', '")));
    ledger_.answered("os.");
    if (!search.installers.empty())
      return fired(not_installed, say("'{}' holds an installer or a live system",
                                      fmt::join(search.installers, "', '")));
    fired(no_system, say("no file system of the image holds an operating system"));
  }

  /// A group, array or Btrfs that lacks a device hides what lies on it.
  bool tell_missing_devices(const guest::Inventory& inventory) {
    for (const guest::Volume& volume : inventory.volumes) {
      const std::size_t missing = guest::missing_devices(inventory, volume);
      if (missing == 0) continue;
      fired(on_several_disks,
            say("what is on '{}' ({}) also lies on {} devices that are not in the "
                "image, and no system can be seen without them",
                volume.device, volume.filesystem, missing));
      return true;
    }
    return false;
  }

  void tell_several_systems(const guest::SystemSearch& search, const guest::Inventory& inventory,
                            const guest::System& judged) {
    if (search.systems.size() < 2) return;
    std::vector<std::string> names;
    for (const guest::System& system : search.systems) names.push_back(name_of(inventory, system));
    fired(several_systems, say("the image holds {} systems ({}); checked is the one on {}",
                               names.size(), fmt::join(names, ", "), name_of(inventory, judged)));
  }

  static std::string name_of(const guest::Inventory& inventory, const guest::System& system) {
    const std::string& device = inventory.volumes[system.volume].device;
    return system.subvolume.empty() ? device : say("{} subvolume {}", device, system.subvolume);
  }

  const Task& task_;
  const bool plans_;
  repair::RepairPlan plan_;
  Ledger ledger_;
  ImageReport report_;
  std::vector<guest::ApplianceDrive> drives_;
  std::vector<std::string> refused_;  ///< volumes that the passphrase does not open, with reasons
};

}  // namespace

ImageReport inspect_image(const Task& task) {
  return InspectionRun{task}.run();
}

PlannedImage plan_repair_of_image(const Task& task) {
  InspectionRun run{task, true};
  PlannedImage planned;
  planned.report = run.run();
  planned.plan = run.plan();
  return planned;
}

}  // namespace imprint::inspect

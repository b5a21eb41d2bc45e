#include "guestfs/inspect/inspect_guest.h"

#include "guestfs/guest/open_luks.h"
#include "guestfs/guest/read_states.h"
#include "guestfs/inspect/guest_tree.h"
#include "guestfs/inspect/report_facts.h"
#include "guestfs/inspect/stopwatch.h"
#include "guestfs/inspect/tell_systems.h"
#include "guestfs/inspect/windows_tree.h"
#include "guestfs/repair/repairs.h"

namespace imprint::inspect {
namespace {

class GuestRun {
 public:
  GuestRun(guest::Appliance& appliance, guest::Inventory inventory, const Task& task,
           Ledger& ledger, ImageReport& report, repair::RepairPlan* plan)
      : appliance_{appliance},
        inventory_{std::move(inventory)},
        task_{task},
        ledger_{ledger},
        report_{report},
        plan_{plan} {}

  Result<> run() {
    Stopwatch watch;
    std::vector<std::string> refused;
    if (!task_.passphrase.empty())
      refused = TRY(guest::open_luks(appliance_, inventory_, task_.passphrase));
    TRY(guest::read_states(appliance_, inventory_));
    inventory_.volumes.insert(inventory_.volumes.end(), task_.promised.begin(),
                              task_.promised.end());
    guest::VolumeMounts mounts{appliance_, inventory_};
    const auto search = TRY(guest::find_systems(appliance_, mounts, inventory_));
    report_.disks = disk_facts(inventory_);
    report_.timings_ms.read += watch.lap();
    if (!search.systems.empty()) return read_linux(mounts, search);
    if (!search.windows.empty()) return read_windows(mounts, search.windows.front());
    tell_no_system(ledger_, search, inventory_, refused);
    return {};
  }

 private:
  Result<> read_linux(guest::VolumeMounts& mounts, const guest::SystemSearch& search) {
    Stopwatch watch;
    ledger_.answered("os.");
    const guest::System system = TRY(choose_system(mounts, search));
    const auto tree = TRY(mount_system(appliance_, mounts, inventory_, search, system));
    TRY(guest::read_space(appliance_, mounts, inventory_));
    guest::LibguestfsFs fs{appliance_, tree.shown};
    guest::FollowingFs following{fs};
    const auto facts = facts::read_facts(following, inventory_, tree.mounts);
    report_.timings_ms.read += watch.lap();
    judge(fs, following, facts, tree);
    report_.timings_ms.rules = watch.lap();
    tell_several_systems(ledger_, search, inventory_, system);
    return {};
  }

  Result<> read_windows(guest::VolumeMounts& mounts, std::size_t volume) {
    Stopwatch watch;
    ledger_.answered("os.");
    const auto tree = TRY(mount_windows(mounts, inventory_, volume));
    guest::LibguestfsFs fs{appliance_, tree.shown};
    guest::FollowingFs following{fs};
    const auto facts = facts::read_windows_facts(following, tree.mounts);
    report_.timings_ms.read += watch.lap();
    judge(fs, following, facts, tree);
    report_.timings_ms.rules = watch.lap();
    return {};
  }

  /// The first system whose boot chain leads to itself; if none does, the first.
  Result<guest::System> choose_system(guest::VolumeMounts& mounts,
                                      const guest::SystemSearch& search) {
    if (search.systems.size() == 1) return search.systems.front();
    for (const guest::System& system : search.systems) {
      const auto tree = TRY(mount_system(appliance_, mounts, inventory_, search, system));
      guest::LibguestfsFs fs{appliance_, tree.shown};
      guest::FollowingFs following{fs};
      const auto boot = facts::read_boot(following, inventory_, tree.mounts);
      const bool deployed = boot.deployment.has_value();
      if (boot.root && boot.root->resolution.volume == system.volume &&
          deployed == !system.deployments.empty())
        return system;
    }
    return search.systems.front();
  }

  void judge(guest::LibguestfsFs& fs, guest::FollowingFs& following, const facts::Facts& facts,
             const GuestTree& tree) {
    const rules::Context context{inventory_, following, facts};
    for (const std::string& missing : tree.missing)
      ledger_.undetermined(facts.windows ? "win.bootmgr" : "boot.no-config", missing);
    ledger_.run_rules(context);
    ledger_.add_context(following);
    report_.guest = guest_facts(facts);
    report_.boot = boot_facts(facts.boot, inventory_);
    if (facts.windows && !facts.windows->firmware.empty()) report_.boot.loader = "bootmgr";
    mark_mounts(report_.disks, inventory_, tree.mounts);
    if (plan_ != nullptr) plan_repair(fs, context);
  }

  /// From what was found so far, which is all that the guest's files are at fault for.
  void plan_repair(guest::LibguestfsFs& fs, const rules::Context& context) {
    const std::vector<Finding> findings = ledger_.findings();
    *plan_ =
        repair::plan_repair({context, findings, task_.profiles, !task_.companions.empty(),
                             [&](const guest::GuestPath& path) { return fs.count_names(path); }});
  }

  guest::Appliance& appliance_;
  guest::Inventory inventory_;
  const Task& task_;
  Ledger& ledger_;
  ImageReport& report_;
  repair::RepairPlan* plan_;
};

}  // namespace

Result<> inspect_guest(guest::Appliance& appliance, guest::Inventory inventory, const Task& task,
                       Ledger& ledger, ImageReport& report, repair::RepairPlan* plan) {
  return GuestRun{appliance, std::move(inventory), task, ledger, report, plan}.run();
}

}  // namespace imprint::inspect

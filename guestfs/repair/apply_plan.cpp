#include "guestfs/repair/apply_plan.h"

#include "guestfs/guest/guest_writer.h"
#include "guestfs/guest/volume_mounts.h"

namespace imprint::repair {
namespace {

using Action = Change::Action;
using guest::GuestPath;

guest::Inventory inventory_of(const RepairPlan& plan) {
  guest::Inventory inventory;
  for (const WrittenVolume& each : plan.volumes) {
    guest::Volume& volume = inventory.volumes.emplace_back();
    volume.device = each.device;
    volume.filesystem = each.filesystem;
  }
  return inventory;
}

/// One file system may be shown at several places, by its folders.
Result<std::vector<guest::ShownFolder>> mount(guest::VolumeMounts& mounts, const RepairPlan& plan) {
  std::vector<guest::ShownFolder> shown;
  std::map<std::string, std::size_t> first;  // of each device
  for (std::size_t i = 0; i < plan.volumes.size(); ++i) {
    const WrittenVolume& volume = plan.volumes[i];
    const std::size_t index = first.emplace(volume.device, i).first->second;
    std::string folder = TRY_WITH(mounts.mount(index), "'" + volume.device + "' cannot be written");
    // GuestPath keeps ".." from leading out of the volume.
    if (!volume.folder.empty()) folder += (GuestPath{} / volume.folder).str();
    shown.push_back({TRY(GuestPath::parse(volume.mount_point)), std::move(folder)});
  }
  return shown;
}

Result<> apply(guest::GuestWriter& writer, const Change& change) {
  const GuestPath path = TRY(GuestPath::parse(change.path));
  switch (change.action) {
    case Action::unfreeze:
      return writer.unfreeze(path);
    case Action::rewrite:
      return writer.rewrite(path, change.before, change.after);
    case Action::empty:
      return writer.empty(path);
    case Action::remove:
      return writer.remove(path);
    case Action::remove_tree:
      return writer.remove_tree(path);
    case Action::create:
      return writer.create(path);
  }
  return {};
}

}  // namespace

Result<> apply_plan(const RepairPlan& plan, const guest::ApplianceSettings& settings,
                    const std::vector<guest::ApplianceDrive>& drives) {
  guest::Appliance appliance = TRY(guest::Appliance::launch(settings, drives));
  const guest::Inventory inventory = inventory_of(plan);
  guest::VolumeMounts mounts{appliance, inventory, guest::VolumeMounts::Access::write};
  guest::GuestWriter writer{appliance, TRY(mount(mounts, plan))};
  for (const Change& change : plan.changes) TRY_WITH(apply(writer, change), change.path);
  return appliance.shut_down();
}

}  // namespace imprint::repair

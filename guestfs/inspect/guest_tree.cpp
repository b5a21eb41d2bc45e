#include "guestfs/inspect/guest_tree.h"

#include <algorithm>

#include "guestfs/facts/init.h"
#include "guestfs/facts/mdadm.h"
#include "guestfs/facts/ostree.h"
#include "guestfs/language/say.h"

namespace imprint::inspect {
namespace {

/// The appliance's folder that shows a part of a volume; GuestPath keeps ".." in its name from
/// leading out of the volume's folder.
std::string folder_of(const std::string& mounted, const std::string& folder) {
  if (folder.empty()) return mounted;
  return mounted + (guest::GuestPath{} / folder).str();
}

/// Gives what was opened from LUKS the names that crypttab says; whether there was any.
bool name_opened(guest::Inventory& inventory, const facts::FstabFacts& fstab) {
  bool any = false;
  for (const facts::CrypttabEntry& entry : fstab.crypttab)
    for (guest::Volume& volume : inventory.volumes) {
      if (!volume.opened_from || volume.opened_from != entry.device.volume) continue;
      volume.mapper_name = entry.name;
      any = true;
    }
  return any;
}

/// The appliance numbers arrays in its own way.
void name_arrays(guest::Inventory& inventory, const std::vector<facts::MdArray>& arrays) {
  for (guest::Volume& volume : inventory.volumes)
    for (const facts::MdArray& array : arrays)
      if (!volume.array_uuid.empty() && volume.array_uuid == array.uuid)
        volume.array_name = array.device;
}

/// Found without fstab, and another one might be mounted as well.
bool is_guessed_usr(const facts::MountedVolume& mount, const guest::SystemSearch& search,
                    const facts::FstabFacts& fstab) {
  return mount.mount_point == "/usr" && search.usr_volumes.size() > 1 &&
         std::none_of(fstab.entries.begin(), fstab.entries.end(),
                      [&](const auto& entry) { return entry.device.volume == mount.volume; });
}

Result<GuestTree> make_mounts(guest::VolumeMounts& mounts, const guest::Inventory& inventory,
                              const std::vector<facts::MountedVolume>& plan) {
  GuestTree tree;
  for (const facts::MountedVolume& planned : plan) {
    const auto mounted = mounts.mount(planned.volume);
    if (mounted) {
      const auto at = TRY(guest::GuestPath::parse(planned.mount_point));
      tree.shown.push_back({at, folder_of(*mounted, planned.folder)});
      tree.mounts.push_back(planned);
      continue;
    }
    if (mounted.error().code == Errc::unavailable) return mounted.error();
    tree.missing.push_back(say("not mounted: {} ({}): {}", planned.mount_point,
                               inventory.volumes[planned.volume].device, mounted.error().message));
  }
  return tree;
}

/// What boots is read with the physical root as the root, as the loader and the initramfs see it.
Result<OwnMounts> find_deployment(guest::Appliance& appliance, guest::VolumeMounts& mounts,
                                  const guest::Inventory& inventory,
                                  const guest::SystemSearch& search, const guest::System& system) {
  const auto plan = plan_mounts(inventory, search, own_mounts(system), {});
  const GuestTree physical = TRY(make_mounts(mounts, inventory, plan));
  guest::LibguestfsFs fs{appliance, physical.shown};
  guest::FollowingFs following{fs};
  const auto boot = facts::read_boot(following, inventory, physical.mounts);
  return own_mounts(system, facts::choose_deployment(following, boot, system.deployments), fs);
}

}  // namespace

Result<GuestTree> mount_system(guest::Appliance& appliance, guest::VolumeMounts& mounts,
                               guest::Inventory& inventory, const guest::SystemSearch& search,
                               const guest::System& system) {
  TRY(mounts.mount(system.volume));
  const OwnMounts own = system.deployments.empty()
                            ? own_mounts(system)
                            : TRY(find_deployment(appliance, mounts, inventory, search, system));
  const GuestTree root = TRY(make_mounts(mounts, inventory, own.always));
  guest::LibguestfsFs root_fs{appliance, root.shown};
  guest::FollowingFs following{root_fs};
  name_arrays(inventory, facts::read_md_arrays(following));
  const facts::Init init = facts::detect_init(following);
  auto fstab = facts::read_fstab(following, inventory, init);
  if (name_opened(inventory, fstab)) fstab = facts::read_fstab(following, inventory, init);
  const auto plan = plan_mounts(inventory, search, own, fstab);
  GuestTree tree = TRY(make_mounts(mounts, inventory, plan));
  for (const facts::MountedVolume& planned : plan)
    if (is_guessed_usr(planned, search, fstab))
      tree.missing.push_back(say("which of {} file systems is /usr is decided when it starts",
                                 search.usr_volumes.size()));
  return tree;
}

}  // namespace imprint::inspect

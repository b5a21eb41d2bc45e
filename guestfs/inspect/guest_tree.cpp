#include "guestfs/inspect/guest_tree.h"

#include <algorithm>

#include "guestfs/facts/init.h"
#include "guestfs/facts/mdadm.h"
#include "guestfs/language/say.h"

namespace imprint::inspect {
namespace {

/// The appliance's folder that shows a subvolume; GuestPath keeps ".." in its name from leading out
/// of the volume's folder.
std::string folder_of(const std::string& mounted, const std::string& subvolume) {
  if (subvolume.empty()) return mounted;
  return mounted + (guest::GuestPath{} / subvolume).str();
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

}  // namespace

Result<GuestTree> mount_system(guest::Appliance& appliance, guest::VolumeMounts& mounts,
                               guest::Inventory& inventory, const guest::SystemSearch& search,
                               const guest::System& system) {
  const std::string root = folder_of(TRY(mounts.mount(system.volume)), system.subvolume);
  guest::LibguestfsFs root_fs{appliance, {{guest::GuestPath{}, root}}};
  guest::FollowingFs following{root_fs};
  name_arrays(inventory, facts::read_md_arrays(following));
  const facts::Init init = facts::detect_init(following);
  auto fstab = facts::read_fstab(following, inventory, init);
  if (name_opened(inventory, fstab)) fstab = facts::read_fstab(following, inventory, init);
  GuestTree tree;
  for (const auto& planned : plan_mounts(inventory, search, system, fstab)) {
    if (is_guessed_usr(planned, search, fstab))
      tree.missing.push_back(say("which of {} file systems is /usr is decided when it starts",
                                 search.usr_volumes.size()));
    const auto mounted = mounts.mount(planned.volume);
    if (mounted) {
      const auto at = TRY(guest::GuestPath::parse(planned.mount_point));
      tree.shown.push_back({at, folder_of(*mounted, planned.subvolume)});
      tree.mounts.push_back(planned);
      continue;
    }
    if (mounted.error().code == Errc::unavailable) return mounted.error();
    tree.missing.push_back(say("not mounted: {} ({}): {}", planned.mount_point,
                               inventory.volumes[planned.volume].device, mounted.error().message));
  }
  return tree;
}

}  // namespace imprint::inspect

#include "guestfs/inspect/mount_plan.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "guestfs/guest/guest_path.h"

namespace imprint::inspect {
namespace {

using facts::MountedVolume;
using guest::GuestPath;
using guest::Inventory;

constexpr std::string_view efi_system_partition = "c12a7328-f81f-11d2-ba4b-00a0c93ec93b";
constexpr std::string_view efi_of_mbr = "0xef";

bool is_of_the_system(const GuestPath& target) {
  static constexpr std::array<std::string_view, 6> folders{"boot", "efi", "esp",
                                                           "usr",  "etc", "var"};
  return std::any_of(folders.begin(), folders.end(), [&](std::string_view folder) {
    return target.is_below(GuestPath{} / folder);
  });
}

/// The subvolume that a line mounts: "subvol=/@/boot", or by its number: "subvolid=257".
std::string subvolume_of(const facts::FstabEntry& entry, const guest::Volume& volume) {
  if (const auto id = entry.value("subvolid"); id && !entry.value("subvol"))
    return guest::subvolume_of_id(volume, std::strtoull(id->c_str(), nullptr, 0)).value_or("");
  const std::string written = entry.value("subvol").value_or("");
  return written.substr(std::min(written.find_first_not_of('/'), written.size()));
}

bool is_planned(const std::vector<MountedVolume>& plan, std::string_view mount_point) {
  return std::any_of(plan.begin(), plan.end(),
                     [&](const MountedVolume& mount) { return mount.mount_point == mount_point; });
}

bool is_used(const std::vector<MountedVolume>& plan, std::size_t volume) {
  return std::any_of(plan.begin(), plan.end(),
                     [&](const MountedVolume& mount) { return mount.volume == volume; });
}

void add_fstab(std::vector<MountedVolume>& plan, const Inventory& inventory,
               const facts::FstabFacts& fstab) {
  for (const facts::FstabEntry& entry : fstab.entries) {
    if (entry.malformed || entry.device.match != guest::Match::found) continue;
    const auto target = GuestPath::parse(entry.target);
    if (!target || !is_of_the_system(*target) || is_planned(plan, target->str())) continue;
    if (!guest::VolumeMounts::holds_files(inventory.volumes[*entry.device.volume])) continue;
    const std::string subvolume = subvolume_of(entry, inventory.volumes[*entry.device.volume]);
    plan.push_back({*entry.device.volume, target->str(), subvolume});
  }
}

void add_usr(std::vector<MountedVolume>& plan, const guest::SystemSearch& search,
             const OwnMounts& own) {
  if (own.lacks_usr && !search.usr_volumes.empty() && !is_planned(plan, "/usr"))
    plan.push_back({search.usr_volumes.front(), "/usr", {}});
}

void add_boot(std::vector<MountedVolume>& plan, const guest::SystemSearch& search) {
  if (is_planned(plan, "/boot")) return;
  for (const std::size_t volume : search.boot_volumes) {
    if (is_used(plan, volume)) continue;
    plan.push_back({volume, "/boot", {}});
    return;
  }
}

void add_efi(std::vector<MountedVolume>& plan, const Inventory& inventory) {
  if (is_planned(plan, "/boot/efi") || is_planned(plan, "/efi")) return;
  for (std::size_t index = 0; index < inventory.volumes.size(); ++index) {
    const guest::Volume& volume = inventory.volumes[index];
    if (volume.part_type != efi_system_partition && volume.part_type != efi_of_mbr) continue;
    if (!guest::is_fat(volume) || is_used(plan, index)) continue;
    plan.push_back({index, "/boot/efi", {}});
    return;
  }
}

}  // namespace

OwnMounts own_mounts(const guest::System& system) {
  return {{{system.volume, "/", system.subvolume}}, {}, system.lacks_usr};
}

OwnMounts own_mounts(const guest::System& system, const guest::Deployment& deployment,
                     guest::GuestFs& physical) {
  const auto shown = [&](std::string mount_point, const GuestPath& folder) {
    const GuestPath path = GuestPath{} / system.subvolume / folder.str();
    return MountedVolume{system.volume, std::move(mount_point), path.str().substr(1)};
  };
  OwnMounts own{{shown("/", deployment.root())}, {}, false};
  // Its own /etc is made from /usr/etc when it is deployed, or at each start.
  if (!physical.stat(deployment.root() / "etc"))
    own.always.push_back(shown("/etc", deployment.root() / "usr/etc"));
  const auto loader = physical.stat(GuestPath{} / "boot/loader");
  if (loader && loader->type == guest::FileType::link)
    own.otherwise.push_back(shown("/boot", GuestPath{} / "boot"));
  own.otherwise.push_back(shown("/var", deployment.var()));
  own.otherwise.push_back(shown("/sysroot", {}));
  return own;
}

std::vector<MountedVolume> plan_mounts(const Inventory& inventory,
                                       const guest::SystemSearch& search, const OwnMounts& own,
                                       const facts::FstabFacts& fstab) {
  std::vector<MountedVolume> plan = own.always;
  add_fstab(plan, inventory, fstab);
  add_usr(plan, search, own);
  add_boot(plan, search);
  add_efi(plan, inventory);
  for (const MountedVolume& mount : own.otherwise)
    if (!is_planned(plan, mount.mount_point)) plan.push_back(mount);
  return plan;
}

}  // namespace imprint::inspect

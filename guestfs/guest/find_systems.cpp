#include "guestfs/guest/find_systems.h"

#include <guestfs.h>

#include <algorithm>
#include <array>

#include "guestfs/guest/device_set.h"
#include "guestfs/guest/libguestfs_fs.h"

namespace imprint::guest {
namespace {

constexpr std::int64_t btrfs_top = 5;

using Subvolumes = Owned<guestfs_btrfssubvolume_list, guestfs_free_btrfssubvolume_list>;

/// Something is there, of whatever type, links included.
Result<bool> is_there(GuestFs& fs, const GuestPath& path) {
  const auto info = fs.stat(path);
  if (info) return true;
  if (info.error().code == Errc::unavailable) return info.error();
  return false;
}

template <std::size_t count>
Result<bool> any_there(GuestFs& fs, const std::array<std::string_view, count>& paths) {
  for (const std::string_view path : paths)
    if (TRY(is_there(fs, GuestPath{} / path))) return true;
  return false;
}

Result<bool> is_root(GuestFs& fs) {
  static constexpr std::array<std::string_view, 8> signs{
      "etc/fstab",  "etc/os-release",     "etc/passwd", "etc/hosts",
      "etc/shadow", "usr/lib/os-release", "etc/issue",  "etc/debian_version"};
  static constexpr std::array<std::string_view, 2> programs{"bin", "usr"};
  return TRY(any_there(fs, signs)) && TRY(any_there(fs, programs));
}

Result<bool> has_usr(GuestFs& fs) {
  static constexpr std::array<std::string_view, 3> signs{"usr/bin", "usr/lib", "usr/share"};
  return any_there(fs, signs);
}

/// Where bootc keeps systems whose trees are put together by composefs from images and objects.
Result<bool> holds_composefs(GuestFs& fs) {
  return TRY(is_there(fs, GuestPath{} / "composefs" / "images")) &&
         TRY(is_there(fs, GuestPath{} / "state" / "deploy"));
}

Result<bool> is_boot(GuestFs& fs) {
  static constexpr std::array<std::string_view, 5> signs{"grub", "grub2", "loader", "extlinux",
                                                         "syslinux"};
  return any_there(fs, signs);
}

Result<bool> is_windows(GuestFs& fs) {
  static constexpr std::array<std::string_view, 4> signs{"Windows/System32", "WINDOWS/system32",
                                                         "windows/system32", "WINNT/system32"};
  return any_there(fs, signs);
}

/// What the media of installers and live systems hold, and no installed system does.
Result<bool> is_installer(GuestFs& fs) {
  static constexpr std::array<std::string_view, 8> signs{"casper/filesystem.squashfs",
                                                         "live/filesystem.squashfs",
                                                         "LiveOS/squashfs.img",
                                                         "images/install.img",
                                                         ".disk/info",
                                                         "isolinux",
                                                         "arch/boot",
                                                         "sources/install.wim"};
  return any_there(fs, signs);
}

}  // namespace

Result<bool> holds_usr(GuestFs& fs) {
  static constexpr std::array<std::string_view, 3> signs{"lib/os-release", "share/coreos",
                                                         "share/flatcar"};
  return TRY(any_there(fs, signs)) && TRY(is_there(fs, GuestPath{} / "bin"));
}

namespace {

struct BtrfsContent {
  std::vector<std::string> subvolumes;
  std::vector<std::uint64_t> ids;
  std::string default_subvolume;  ///< empty: the top
};

Result<BtrfsContent> read_btrfs(Appliance& appliance, const std::string& folder) {
  BtrfsContent content;
  const Subvolumes list{guestfs_btrfs_subvolume_list(appliance.handle(), folder.c_str())};
  if (!list) return appliance.last_error(folder);
  const std::int64_t chosen =
      guestfs_btrfs_subvolume_get_default(appliance.handle(), folder.c_str());
  if (chosen < 0) return appliance.last_error(folder);
  for (std::uint32_t i = 0; i < list->len; ++i) {
    const guestfs_btrfssubvolume& subvolume = list->val[i];
    content.subvolumes.emplace_back(subvolume.btrfssubvolume_path);
    content.ids.push_back(subvolume.btrfssubvolume_id);
    if (chosen != btrfs_top && subvolume.btrfssubvolume_id == static_cast<std::uint64_t>(chosen))
      content.default_subvolume = subvolume.btrfssubvolume_path;
  }
  return content;
}

class Search {
 public:
  Search(Appliance& appliance, VolumeMounts& mounts, Inventory& inventory)
      : appliance_{appliance}, mounts_{mounts}, inventory_{inventory} {}

  Result<SystemSearch> run() {
    for (std::size_t index = 0; index < inventory_.volumes.size(); ++index) {
      const Volume& volume = inventory_.volumes[index];
      if (is_closed(inventory_, index) || volume.filesystem == "BitLocker")
        found_.encrypted.push_back(volume.device);
      if (VolumeMounts::holds_files(volume) && !is_fat(volume)) TRY(look_at(index));
    }
    if (found_.systems.empty() && found_.windows.empty()) TRY(look_for_installers());
    return std::move(found_);
  }

 private:
  /// Sticks with an installer often have nothing but a FAT.
  Result<> look_for_installers() {
    for (std::size_t index = 0; index < inventory_.volumes.size(); ++index) {
      const Volume& volume = inventory_.volumes[index];
      if (!VolumeMounts::holds_files(volume)) continue;
      const auto folder = mounts_.mount(index);
      if (!folder) {
        if (folder.error().code == Errc::unavailable) return folder.error();
        continue;
      }
      LibguestfsFs fs{appliance_, {{GuestPath{}, *folder}}};
      if (TRY(is_installer(fs))) found_.installers.push_back(volume.device);
    }
    return {};
  }

  Result<> look_at(std::size_t index) {
    Volume& volume = inventory_.volumes[index];
    const auto folder = mounts_.mount(index);
    if (!folder) {
      if (folder.error().code == Errc::unavailable) return folder.error();
      found_.unreadable.push_back(
          fmt::format("{} ({}): {}", volume.device, volume.filesystem, folder.error().message));
      return {};
    }
    if (volume.filesystem == "btrfs") return look_at_btrfs(index, *folder);
    LibguestfsFs fs{appliance_, {{GuestPath{}, *folder}}};
    if (TRY(add_systems(fs, index, {}))) return {};
    if (TRY(holds_composefs(fs)))
      found_.composefs.push_back(volume.device);
    else if (TRY(is_boot(fs)))
      found_.boot_volumes.push_back(index);
    else if (TRY(holds_usr(fs)))
      found_.usr_volumes.push_back(index);
    else if (volume.filesystem == "ntfs" && TRY(is_windows(fs)))
      found_.windows.push_back(index);
    return {};
  }

  Result<> look_at_btrfs(std::size_t index, const std::string& folder) {
    const auto read = read_btrfs(appliance_, folder);
    if (!read) {
      if (read.error().code == Errc::unavailable) return read.error();
      found_.unreadable.push_back(
          fmt::format("{} (btrfs): {}", inventory_.volumes[index].device, read.error().message));
      return {};
    }
    inventory_.volumes[index].subvolumes = read->subvolumes;
    inventory_.volumes[index].subvolume_ids = read->ids;
    // What the default subvolume holds is the system; roots beside it are states to roll back to.
    if (TRY(look_at_subvolume(index, folder, read->default_subvolume))) return {};
    if (!read->default_subvolume.empty()) TRY(look_at_subvolume(index, folder, {}));
    for (const std::string& subvolume : read->subvolumes)
      if (subvolume != read->default_subvolume && !belongs_to_another_system(subvolume))
        TRY(look_at_subvolume(index, folder, subvolume));
    return {};
  }

  Result<bool> look_at_subvolume(std::size_t index, const std::string& folder,
                                 const std::string& subvolume) {
    const std::string place = subvolume.empty() ? folder : folder + "/" + subvolume;
    LibguestfsFs fs{appliance_, {{GuestPath{}, place}}};
    return add_systems(fs, index, subvolume);
  }

  /// A disk that was moved to ostree may hold the system of before beside the deployments.
  Result<bool> add_systems(GuestFs& fs, std::size_t index, const std::string& subvolume) {
    std::vector<Deployment> deployments = TRY(list_deployments(fs));
    const bool deployed = !deployments.empty();
    if (deployed) found_.systems.push_back({index, subvolume, false, std::move(deployments)});
    const bool plain = TRY(is_root(fs));
    if (plain) found_.systems.push_back({index, subvolume, !TRY(has_usr(fs)), {}});
    return deployed || plain;
  }

  Appliance& appliance_;
  VolumeMounts& mounts_;
  Inventory& inventory_;
  SystemSearch found_;
};

}  // namespace

bool belongs_to_another_system(std::string_view subvolume) {
  const std::string path = "/" + std::string{subvolume} + "/";
  for (const std::string_view part : {"/.snapshots/", "/timeshift-btrfs/", "/var/lib/"})
    if (path.find(part) != std::string::npos) return true;
  return false;
}

bool is_fat(const Volume& volume) {
  return volume.filesystem == "vfat" || volume.filesystem == "msdos" ||
         volume.filesystem == "exfat";
}

Result<SystemSearch> find_systems(Appliance& appliance, VolumeMounts& mounts,
                                  Inventory& inventory) {
  return Search{appliance, mounts, inventory}.run();
}

}  // namespace imprint::guest

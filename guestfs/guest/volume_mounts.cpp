#include "guestfs/guest/volume_mounts.h"

#include <guestfs.h>

#include <algorithm>
#include <array>

namespace imprint::guest {
namespace {

constexpr std::string_view for_reading = "ro,nodev,nosuid,noexec";
/// The times of reading stay what they were.
constexpr std::string_view for_writing = "rw,noatime,nodev,nosuid,noexec";

/// To write to a file system whose journal was passed over would destroy it.
std::string options_to_write(const std::string& filesystem) {
  const std::string base{for_writing};
  if (filesystem == "btrfs") return base + ",subvolid=5";
  return filesystem == "xfs" ? base + ",nouuid" : base;
}

/// The options to try in turn. The drive is a throw-away overlay, so the first may replay a
/// journal, which shows the files as the guest's own kernel would see them; the second leaves it
/// alone.
std::vector<std::string> options_to_read(const std::string& filesystem) {
  const std::string base{for_reading};
  if (filesystem == "btrfs") return {base + ",subvolid=5", base + ",subvolid=5,rescue=nologreplay"};
  if (filesystem == "ext3" || filesystem == "ext4") return {base, base + ",noload"};
  if (filesystem == "xfs") return {base + ",nouuid", base + ",nouuid,norecovery"};
  return {base};
}

}  // namespace

bool VolumeMounts::holds_files(const Volume& volume) {
  static constexpr std::array<std::string_view, 9> without_files{
      "",          "swap",   "LVM2_member", "crypto_LUKS", "linux_raid_member", "DM_snapshot_cow",
      "swsuspend", "bcache", "zfs_member"};
  return volume.promised_by.empty() && std::find(without_files.begin(), without_files.end(),
                                                 volume.filesystem) == without_files.end();
}

Result<std::string> VolumeMounts::mount(std::size_t volume) {
  if (const auto known = mounted_.find(volume); known != mounted_.end()) return known->second;
  auto result = mount_now(volume);
  mounted_.emplace(volume, result);
  return result;
}

std::optional<std::string> VolumeMounts::folder_of(std::size_t volume) const {
  const auto known = mounted_.find(volume);
  if (known == mounted_.end() || !known->second) return std::nullopt;
  return *known->second;
}

Result<std::string> VolumeMounts::mount_now(std::size_t volume) {
  const Volume& wanted = inventory_.volumes[volume];
  guestfs_h* handle = appliance_.handle();
  std::string folder = fmt::format("/v{}", volume);
  if (access_ == Access::read) {
    const std::string first = options_to_read(wanted.filesystem).front();
    if (TRY(appliance_.mount(first, wanted.filesystem, wanted.device, folder))) {
      TRY(appliance_.foresee(folder));
      return folder;
    }
  }
  if (guestfs_mkmountpoint(handle, folder.c_str()) != 0) return appliance_.last_error(folder);
  Error failure;
  const std::vector<std::string> tries = access_ == Access::write
                                             ? std::vector{options_to_write(wanted.filesystem)}
                                             : options_to_read(wanted.filesystem);
  for (const std::string& options : tries) {
    if (guestfs_mount_vfs(handle, options.c_str(), wanted.filesystem.c_str(), wanted.device.c_str(),
                          folder.c_str()) == 0)
      return folder;
    failure = appliance_.last_error(wanted.device);
    if (failure.code == Errc::unavailable) return failure;
  }
  return make_error(Errc::corrupt, "{}", failure.message);
}

}  // namespace imprint::guest

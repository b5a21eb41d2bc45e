#include "guestfs/guest/read_states.h"

#include <guestfs.h>

#include <cstdlib>

namespace imprint::guest {
namespace {

using Statvfs = Owned<struct guestfs_statvfs, guestfs_free_statvfs>;

}  // namespace

Result<> read_states(const Appliance& appliance, Inventory& inventory) {
  for (Volume& volume : inventory.volumes) {
    const ReadBytes read = [&](std::uint64_t offset, std::size_t count) -> Result<std::string> {
      if (offset > volume.size || count == 0) return std::string{};
      std::size_t got = 0;
      const Owned<char, std::free> bytes{
          guestfs_pread_device(appliance.handle(), volume.device.c_str(), static_cast<int>(count),
                               static_cast<std::int64_t>(offset), &got)};
      if (!bytes) return appliance.last_error(volume.device);
      return std::string{bytes.get(), got};
    };
    auto state = read_state(volume.filesystem, read);
    if (state)
      volume.state = *std::move(state);
    else if (state.error().code == Errc::unavailable)
      return state.error();
  }
  return {};
}

Result<> read_space(const Appliance& appliance, const VolumeMounts& mounts, Inventory& inventory) {
  for (std::size_t index = 0; index < inventory.volumes.size(); ++index) {
    const auto folder = mounts.folder_of(index);
    if (!folder) continue;
    const Statvfs counts{guestfs_statvfs(appliance.handle(), folder->c_str())};
    if (!counts) {
      const Error error = appliance.last_error(*folder);
      if (error.code == Errc::unavailable) return error;
      continue;
    }
    const auto unit = static_cast<std::uint64_t>(counts->frsize);
    inventory.volumes[index].space =
        Space{static_cast<std::uint64_t>(counts->blocks) * unit,
              static_cast<std::uint64_t>(counts->bfree) * unit,
              static_cast<std::uint64_t>(counts->files), static_cast<std::uint64_t>(counts->ffree)};
  }
  return {};
}

}  // namespace imprint::guest

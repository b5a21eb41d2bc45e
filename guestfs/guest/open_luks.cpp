#include "guestfs/guest/open_luks.h"

#include <guestfs.h>

#include "guestfs/guest/read_inventory.h"

namespace imprint::guest {
namespace {

/// Names of the appliance's own, which are no names of the guest.
std::string mapper_name(std::size_t index) {
  return fmt::format("imprint-luks{}", index);
}

Result<> open(const Appliance& appliance, const Volume& volume, const std::string& passphrase,
              const std::string& name) {
  if (guestfs_cryptsetup_open(appliance.handle(), volume.device.c_str(), passphrase.c_str(),
                              name.c_str(), GUESTFS_CRYPTSETUP_OPEN_READONLY, 1, -1) == 0)
    return {};
  return appliance.last_error(volume.device);
}

}  // namespace

Result<std::vector<std::string>> open_luks(const Appliance& appliance, Inventory& inventory,
                                           const std::string& passphrase) {
  std::vector<std::string> refused;
  // The list grows while it is walked: LUKS may lie on a logical volume, and that on LUKS.
  for (std::size_t index = 0; index < inventory.volumes.size(); ++index) {
    const Volume volume = inventory.volumes[index];
    if (volume.filesystem != "crypto_LUKS" || !volume.promised_by.empty()) continue;
    const std::string name = mapper_name(index);
    if (const auto opened = open(appliance, volume, passphrase, name); !opened) {
      if (opened.error().code == Errc::unavailable) return opened.error();
      refused.push_back(opened.error().message);
      continue;
    }
    Volume inside = TRY(read_volume(appliance, Volume::Kind::luks, "/dev/mapper/" + name));
    inside.disk = volume.disk;
    inside.opened_from = index;
    const bool holds_group = inside.filesystem == "LVM2_member";
    inventory.volumes.push_back(std::move(inside));
    if (!holds_group) continue;
    if (guestfs_lvm_scan(appliance.handle(), 1) != 0) return appliance.last_error(volume.device);
    TRY(add_logical_volumes(appliance, inventory));
  }
  return refused;
}

}  // namespace imprint::guest

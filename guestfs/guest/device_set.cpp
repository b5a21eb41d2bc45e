#include "guestfs/guest/device_set.h"

#include <algorithm>

namespace imprint::guest {
namespace {

bool has_uuid(const Inventory& inventory, const std::string& uuid) {
  return std::any_of(inventory.volumes.begin(), inventory.volumes.end(),
                     [&](const Volume& volume) { return volume.uuid == uuid; });
}

/// Of one member, by what it says itself.
std::size_t missing_beside(const Inventory& inventory, const Volume& member) {
  if (!member.state) return 0;
  const DeviceSet& set = member.state->set;
  if (!set.members.empty())
    return static_cast<std::size_t>(
        std::count_if(set.members.begin(), set.members.end(),
                      [&](const std::string& uuid) { return !has_uuid(inventory, uuid); }));
  // All devices of a Btrfs and all members of an array have the same UUID.
  const auto here = static_cast<std::size_t>(
      std::count_if(inventory.volumes.begin(), inventory.volumes.end(), [&](const Volume& each) {
        return each.uuid == member.uuid && each.filesystem == member.filesystem;
      }));
  return set.needed > here ? set.needed - here : 0;
}

}  // namespace

std::size_t missing_devices(const Inventory& inventory, const Volume& volume) {
  if (volume.kind != Volume::Kind::logical_volume) return missing_beside(inventory, volume);
  for (const Volume& member : inventory.volumes)
    if (member.state && member.state->set.name == volume.volume_group &&
        member.filesystem == "LVM2_member")
      return missing_beside(inventory, member);
  return 0;
}

bool is_closed(const Inventory& inventory, std::size_t volume) {
  const Volume& encrypted = inventory.volumes[volume];
  return encrypted.filesystem == "crypto_LUKS" && encrypted.promised_by.empty() &&
         std::none_of(inventory.volumes.begin(), inventory.volumes.end(),
                      [&](const Volume& each) { return each.opened_from == volume; });
}

}  // namespace imprint::guest

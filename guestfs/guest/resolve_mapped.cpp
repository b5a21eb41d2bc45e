#include "guestfs/guest/resolve_mapped.h"

#include <algorithm>

#include "guestfs/guest/resolution.h"

namespace imprint::guest {
namespace {

/// A name of device-mapper: "VG-LV" where a '-' inside a name is doubled.
std::string mapper_name(const Volume& volume) {
  const auto doubled = [](const std::string& name) {
    std::string result;
    for (const char c : name) {
      result += c;
      if (c == '-') result += c;
    }
    return result;
  };
  return doubled(volume.volume_group) + "-" + doubled(volume.logical_volume);
}

/// What was opened from LUKS is called as crypttab or the kernel's command line say, or by the UUID
/// of the volume that it was opened from. A name that nobody has told may be any of them.
std::optional<Resolution> by_luks_name(const Inventory& inventory, std::string_view name) {
  bool may_be_any = false;
  for (std::size_t i = 0; i < inventory.volumes.size(); ++i) {
    const Volume& volume = inventory.volumes[i];
    if (!volume.opened_from) continue;
    const std::string& uuid = inventory.volumes[*volume.opened_from].uuid;
    if (name == volume.mapper_name || name == "luks-" + uuid) return found(i, "path");
    may_be_any = may_be_any || volume.mapper_name.empty();
  }
  return may_be_any ? std::optional{unknown("path")} : std::nullopt;
}

}  // namespace

Resolution by_mapper_name(const Inventory& inventory, std::string_view name) {
  for (std::size_t i = 0; i < inventory.volumes.size(); ++i) {
    const Volume& volume = inventory.volumes[i];
    if (volume.kind == Volume::Kind::logical_volume && mapper_name(volume) == name)
      return found(i, "path");
  }
  if (const auto opened = by_luks_name(inventory, name)) return *opened;
  if (name == "control" || hides_volumes(inventory)) return unknown("path");
  return absent(
      "path", nearest(inventory, "/dev/mapper/" + std::string{name}, [](const Volume& volume) {
        return volume.logical_volume.empty() ? std::string{} : "/dev/mapper/" + mapper_name(volume);
      }));
}

Resolution by_mapper_uuid(const Inventory& inventory, std::string_view uuid) {
  if (!uuid.starts_with("LVM-")) return unknown("path");
  bool all_known = !hides_volumes(inventory);
  for (std::size_t i = 0; i < inventory.volumes.size(); ++i) {
    const Volume& volume = inventory.volumes[i];
    if (volume.kind != Volume::Kind::logical_volume) continue;
    if (volume.mapper_uuid == uuid) return found(i, "path");
    all_known = all_known && !volume.mapper_uuid.empty();
  }
  if (!all_known) return unknown("path");
  const std::string folder = "/dev/disk/by-id/dm-uuid-";
  return absent("path", nearest(inventory, folder + std::string{uuid}, [&](const Volume& volume) {
                  return volume.mapper_uuid.empty() ? std::string{} : folder + volume.mapper_uuid;
                }));
}

std::optional<Resolution> by_volume_group(const Inventory& inventory, std::string_view name) {
  const std::size_t slash = name.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  for (std::size_t i = 0; i < inventory.volumes.size(); ++i) {
    const Volume& volume = inventory.volumes[i];
    if (volume.kind == Volume::Kind::logical_volume &&
        volume.volume_group == name.substr(0, slash) &&
        volume.logical_volume == name.substr(slash + 1))
      return found(i, "path");
  }
  if (hides_volumes(inventory)) return unknown("path");
  return absent("path", nearest(inventory, "/dev/" + std::string{name}, [](const Volume& volume) {
                  return volume.logical_volume.empty()
                             ? std::string{}
                             : "/dev/" + volume.volume_group + "/" + volume.logical_volume;
                }));
}

}  // namespace imprint::guest

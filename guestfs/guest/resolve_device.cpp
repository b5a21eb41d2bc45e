#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

#include "guestfs/guest/disk_name.h"
#include "guestfs/guest/inventory.h"
#include "guestfs/guest/resolution.h"
#include "guestfs/guest/resolve_mapped.h"

namespace imprint::guest {
namespace {

std::string lower(std::string_view text) {
  std::string result{text};
  for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
}

/// udev writes bytes that do not belong in a name as "\x20" (udev's encode_devnode_name).
std::string decode_udev_name(std::string_view name) {
  std::string result;
  for (std::size_t i = 0; i < name.size(); ++i) {
    unsigned value = 0;
    if (name.substr(i, 2) == "\\x" && i + 4 <= name.size() &&
        std::from_chars(name.data() + i + 2, name.data() + i + 4, value, 16).ptr ==
            name.data() + i + 4) {
      result += static_cast<char>(value);
      i += 3;
    } else {
      result += name[i];
    }
  }
  return result;
}

std::string_view unquote(std::string_view value) {
  if (value.size() >= 2 && (value.front() == '"' || value.front() == '\'') &&
      value.back() == value.front())
    return value.substr(1, value.size() - 2);
  return value;
}

/// A name that volumes are looked up by.
struct Key {
  std::string_view tag;        ///< "UUID"
  std::string_view by_folder;  ///< "/dev/disk/by-uuid/"
  std::string Volume::*member;
  bool ignore_case;
};

constexpr std::array<Key, 4> keys{{
    {"UUID", "/dev/disk/by-uuid/", &Volume::uuid, true},
    {"LABEL", "/dev/disk/by-label/", &Volume::label, false},
    {"PARTUUID", "/dev/disk/by-partuuid/", &Volume::part_uuid, true},
    {"PARTLABEL", "/dev/disk/by-partlabel/", &Volume::part_label, false},
}};

Resolution by_key(const Inventory& inventory, const Key& key, std::string_view value) {
  const std::string wanted = key.ignore_case ? lower(value) : std::string{value};
  for (std::size_t i = 0; i < inventory.volumes.size(); ++i) {
    const std::string& have = inventory.volumes[i].*key.member;
    if (!have.empty() && (key.ignore_case ? lower(have) : have) == wanted) return found(i, key.tag);
  }
  // PARTUUID and PARTLABEL stand in the partition table, outside any encryption.
  const bool of_content = key.member == &Volume::uuid || key.member == &Volume::label;
  if (of_content && hides_volumes(inventory)) return unknown(key.tag);
  return absent(key.tag, nearest(inventory, wanted, [&](const Volume& volume) {
                  return key.ignore_case ? lower(volume.*key.member) : volume.*key.member;
                }));
}

/// "PARTUUID=<uuid>/PARTNROFF=<n>" of the kernel's root=: a partition by its distance from another.
Resolution by_part_uuid(const Inventory& inventory, const Key& key, std::string_view value) {
  constexpr std::string_view offset_word = "/PARTNROFF=";
  const std::size_t at = value.find(offset_word);
  if (at == std::string_view::npos) return by_key(inventory, key, value);
  const std::string_view digits = value.substr(at + offset_word.size());
  int offset = 0;
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), offset);
  if (parsed.ec != std::errc{} || parsed.ptr != digits.data() + digits.size())
    return absent(key.tag, {});
  const Resolution base = by_key(inventory, key, value.substr(0, at));
  if (base.match != Match::found) return base;
  const Volume& from = inventory.volumes[*base.volume];
  for (std::size_t i = 0; i < inventory.volumes.size(); ++i) {
    const Volume& volume = inventory.volumes[i];
    if (volume.kind == Volume::Kind::partition && volume.disk == from.disk &&
        volume.number == static_cast<std::int64_t>(from.number) + offset)
      return found(i, key.tag);
  }
  return absent(key.tag, {});
}

bool is_at(const Volume& volume, const DiskName& name) {
  if (volume.disk < 0 || static_cast<std::size_t>(volume.disk) != name.disk) return false;
  if (name.partition == 0) return volume.kind == Volume::Kind::whole_disk;
  return (volume.kind == Volume::Kind::partition || volume.kind == Volume::Kind::luks) &&
         volume.number == name.partition;
}

Resolution by_disk_name(const Inventory& inventory, const DiskName& name, std::string_view spec) {
  for (std::size_t i = 0; i < inventory.volumes.size(); ++i)
    if (is_at(inventory.volumes[i], name)) return found(i, "path");
  return absent("path", nearest(inventory, spec, [&](const Volume& volume) {
                  return volume.number == 0 ? std::string{}
                                            : name.same_for(volume.disk, volume.number);
                }));
}

/// "/dev/md/0" is a link to "/dev/md0".
std::string md_device(std::string_view name) {
  constexpr std::string_view folder = "/dev/md/";
  const bool numbered = name.starts_with(folder) && name.size() > folder.size() &&
                        name.find_first_not_of("0123456789", folder.size()) == name.npos;
  return numbered ? "/dev/md" + std::string{name.substr(folder.size())} : std::string{name};
}

Resolution by_md_name(const Inventory& inventory, const std::string& spec) {
  const std::string wanted = md_device(spec);
  for (std::size_t i = 0; i < inventory.volumes.size(); ++i) {
    const Volume& volume = inventory.volumes[i];
    const std::string& name = volume.array_name.empty() ? volume.device : volume.array_name;
    if (volume.kind == Volume::Kind::md_array && md_device(name) == wanted) return found(i, "path");
  }
  // The number that an array gets without mdadm.conf depends on the order of assembly.
  const bool any =
      std::any_of(inventory.volumes.begin(), inventory.volumes.end(), [](const Volume& volume) {
        return volume.kind == Volume::Kind::md_array || volume.filesystem == "linux_raid_member";
      });
  return any ? unknown("path") : absent("path", {});
}

/// udev's links to what device-mapper makes (60-persistent-storage-dm.rules).
constexpr std::array<
    std::pair<std::string_view, Resolution (*)(const Inventory&, std::string_view)>, 3>
    mapper_folders{{{"/dev/mapper/", by_mapper_name},
                    {"/dev/disk/by-id/dm-name-", by_mapper_name},
                    {"/dev/disk/by-id/dm-uuid-", by_mapper_uuid}}};

Resolution by_path(const Inventory& inventory, const std::string& spec) {
  for (std::size_t i = 0; i < inventory.volumes.size(); ++i)
    if (!inventory.volumes[i].promised_by.empty() && inventory.volumes[i].device == spec)
      return found(i, "path");
  const std::string_view name = std::string_view{spec}.substr(std::string_view{"/dev/"}.size());
  for (const Key& key : keys)
    if (spec.starts_with(key.by_folder))
      return by_key(inventory, key, decode_udev_name(spec.substr(key.by_folder.size())));
  for (const auto& [folder, resolve] : mapper_folders)
    if (spec.starts_with(folder))
      return resolve(inventory, decode_udev_name(spec.substr(folder.size())));
  // Made of serial numbers and bus positions, which the machine gives and not the image.
  if (name.starts_with("disk/")) return unknown("path");
  if (name.starts_with("md")) return by_md_name(inventory, spec);
  if (name == "root" || name.starts_with("dm-") || name.starts_with("loop")) return unknown("path");
  if (const auto disk_name = DiskName::parse(name))
    return by_disk_name(inventory, *disk_name, spec);
  if (auto logical = by_volume_group(inventory, name)) return std::move(*logical);
  return absent("path", {});
}

}  // namespace

std::optional<std::string> subvolume_of_id(const Volume& volume, std::uint64_t id) {
  constexpr std::uint64_t top = 5;
  if (id == top || id == 0) return std::string{};
  for (std::size_t i = 0; i < volume.subvolume_ids.size() && i < volume.subvolumes.size(); ++i)
    if (volume.subvolume_ids[i] == id) return volume.subvolumes[i];
  return std::nullopt;
}

Resolution resolve_device(const Inventory& inventory, const std::string& spec) {
  const std::string_view whole = unquote(spec);
  if (whole.find('$') != std::string_view::npos) return unknown("");
  if (whole.starts_with("/dev/")) return by_path(inventory, std::string{whole});
  for (const Key& key : keys) {
    const std::string prefix = std::string{key.tag} + "=";
    if (!whole.starts_with(prefix)) continue;
    const std::string_view value = unquote(whole.substr(prefix.size()));
    if (key.member == &Volume::part_uuid) return by_part_uuid(inventory, key, value);
    return by_key(inventory, key, value);
  }
  if (whole.starts_with("ID=")) return unknown("ID");
  return {Match::not_a_device, std::nullopt, {}, {}};
}

}  // namespace imprint::guest

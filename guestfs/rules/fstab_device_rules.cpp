// Which devices the lines of fstab name, and whether they are what the lines say.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "guestfs/facts/text_lines.h"
#include "guestfs/guest/disk_name.h"
#include "guestfs/language/say.h"
#include "guestfs/rules/fstab_rules.h"

namespace imprint::rules {
namespace {

using guest::Match;
using guest::Volume;

constexpr std::string_view by_path_folder = "/dev/disk/by-path/";

template <std::size_t N>
bool starts_with_any(std::string_view text, const std::array<std::string_view, N>& beginnings) {
  return std::any_of(beginnings.begin(), beginnings.end(),
                     [&](std::string_view each) { return text.starts_with(each); });
}

/// Devices that no image holds: drives for media, and what the running system makes itself.
bool is_made_elsewhere(const FstabEntry& entry) {
  constexpr std::array<std::string_view, 3> made_at_boot{"/dev/zram", "/dev/root", "/dev/ram"};
  constexpr std::array<std::string_view, 5> drives{"/dev/sr", "/dev/cdrom", "/dev/dvd", "/dev/fd",
                                                   "/dev/scd"};
  if (starts_with_any(entry.spec, made_at_boot)) return true;
  return starts_with_any(entry.spec, drives) && !stops_the_boot(entry.role);
}

/// Written by the provider's first-boot program for a disk that it adds itself.
bool comes_with_the_cloud(const FstabEntry& entry) {
  return entry.has("comment=cloudconfig") ||
         entry.value("x-systemd.requires").value_or("").starts_with("cloud-init");
}

std::string describe_absence(const guest::Resolution& device, const std::string& spec) {
  const std::string& nearest = device.nearest;
  if (device.key == "UUID" || device.key == "LABEL")
    return nearest.empty()
               ? say("the image holds no file system '{}'", spec)
               : say("the image holds no file system '{}'; the most alike that it holds is '{}'",
                     spec, nearest);
  if (device.key.starts_with("PART"))
    return nearest.empty()
               ? say("the image holds no partition '{}'", spec)
               : say("the image holds no partition '{}'; the most alike that it holds is '{}'",
                     spec, nearest);
  return nearest.empty()
             ? say("the image holds no device '{}'", spec)
             : say("the image holds no device '{}'; the most alike that it holds is '{}'", spec,
                   nearest);
}

/// A file that is mounted through a loop device, as mount(8) does it by itself for these types.
bool is_loop_file(const FstabEntry& entry) {
  constexpr std::array<std::string_view, 10> types{"ext2", "ext3",    "ext4",     "xfs",   "btrfs",
                                                   "vfat", "iso9660", "squashfs", "erofs", "udf"};
  return entry.spec.starts_with('/') && !entry.spec.starts_with("/dev/") && !is_bind(entry) &&
         (entry.has("loop") || std::find(types.begin(), types.end(), entry.type) != types.end());
}

void judge_loop_file(const Context& context, const FstabEntry& entry, Answer& answer) {
  const auto path = guest::GuestPath::parse(entry.spec);
  if (!path || !is_mounted_at_boot(entry) || is_out_of_sight(context, entry.spec)) return;
  const auto exists = context.fs.exists(*path);
  if (!exists)
    answer.undetermined.push_back(exists.error().message);
  else if (!*exists)
    answer.fired.push_back(
        failing(context, entry, say("the image holds no file '{}'", entry.spec)));
}

void judge_device(const Context& context, const FstabEntry& entry, Answer& answer) {
  const bool by_other_rule = entry.spec.starts_with(by_path_folder) ||
                             context.facts.fstab.encrypted(entry.spec) != nullptr;
  if (by_other_rule || entry.role == BootRole::ignored || is_made_elsewhere(entry)) return;
  if (is_loop_file(entry)) return judge_loop_file(context, entry, answer);
  if (entry.device.match == Match::absent) {
    Evidence evidence = failing(context, entry, describe_absence(entry.device, entry.spec));
    if (stops_the_boot(entry.role) && comes_with_the_cloud(entry))
      evidence.severity = Severity::warning;
    answer.fired.push_back(std::move(evidence));
  } else if (entry.device.match == Match::unknown && stops_the_boot(entry.role)) {
    answer.undetermined.push_back(
        say("line {} of '{}' names '{}', which cannot be decided from the image alone",
            entry.place.line, entry.place.path, entry.spec));
  }
}

/// The disk that the root file system lies on; nothing where that is unknown or on several.
std::optional<int> root_disk(const Context& context) {
  const auto disk_of = [&](std::size_t volume) -> std::optional<int> {
    if (volume >= context.inventory.volumes.size()) return std::nullopt;
    const int disk = context.inventory.volumes[volume].disk;
    return disk < 0 ? std::nullopt : std::optional{disk};
  };
  for (const facts::MountedVolume& mount : context.facts.mounts)
    if (mount.mount_point == "/") return disk_of(mount.volume);
  for (const FstabEntry& entry : context.facts.fstab.entries)
    if (entry.target == "/" && entry.device.volume) return disk_of(*entry.device.volume);
  return std::nullopt;
}

const Volume* volume_of(const Context& context, const FstabEntry& entry) {
  if (entry.device.match != Match::found || !entry.device.volume) return nullptr;
  const auto& volumes = context.inventory.volumes;
  return *entry.device.volume < volumes.size() ? &volumes[*entry.device.volume] : nullptr;
}

void judge_disk(const Context& context, const FstabEntry& entry, Answer& answer) {
  const auto disk = root_disk(context);
  const Volume* volume = volume_of(context, entry);
  if (!disk || volume == nullptr || volume->disk < 0 || volume->disk == *disk) return;
  answer.fired.push_back(
      evidence_at(entry.place, say("'{}' lies on disk {}, the root file system on disk {}",
                                   entry.spec, volume->disk + 1, *disk + 1)));
}

void judge_by_path(const Context& context, const FstabEntry& entry, Answer& answer) {
  if (!entry.spec.starts_with(by_path_folder) || entry.role == BootRole::ignored) return;
  answer.fired.push_back(failing(
      context, entry,
      say("'{}' is the place of a disk in the machine where the line was written", entry.spec)));
}

void judge_kernel_name(const Context& context, const FstabEntry& entry, Answer& answer) {
  if (volume_of(context, entry) == nullptr || entry.role == BootRole::ignored) return;
  if (!entry.spec.starts_with("/dev/")) return;
  const std::string_view name = std::string_view{entry.spec}.substr(5);
  if (!guest::DiskName::parse(name)) return;
  Evidence evidence = evidence_at(
      entry.place,
      say("'{}' is a name that the kernel gives by bus and order of the disks", entry.spec));
  // The name that disks have here.
  if (name.starts_with("vd")) evidence.severity = Severity::info;
  answer.fired.push_back(std::move(evidence));
}

void judge_encrypted(const Context& context, const FstabEntry& entry, Answer& answer) {
  const facts::CrypttabEntry* encrypted = context.facts.fstab.encrypted(entry.spec);
  if (encrypted == nullptr || entry.role == BootRole::ignored ||
      encrypted->device.match != Match::absent)
    return;
  Evidence evidence = failing(context, entry,
                              say("'{}' of line {} of '{}' is opened from '{}': {}", entry.spec,
                                  entry.place.line, entry.place.path, encrypted->source,
                                  describe_absence(encrypted->device, encrypted->source)));
  evidence.path = encrypted->place.path;
  evidence.line = encrypted->place.line;
  evidence.text = encrypted->place.text;
  answer.fired.push_back(std::move(evidence));
}

std::string type_group(std::string_view type) {
  constexpr std::array<std::string_view, 4> fat{"vfat", "msdos", "fat", "umsdos"};
  constexpr std::array<std::string_view, 4> ntfs{"ntfs", "ntfs3", "ntfs-3g", "fuseblk"};
  if (std::find(fat.begin(), fat.end(), type) != fat.end()) return "fat";
  if (std::find(ntfs.begin(), ntfs.end(), type) != ntfs.end()) return "ntfs";
  return std::string{type};
}

/// How much of the ext family a driver or a file system is: a newer driver mounts the older ones.
int ext_generation(std::string_view type) {
  return type.size() == 4 && type.starts_with("ext") ? type[3] - '0' : 0;
}

bool mounts(std::string_view driver, std::string_view filesystem) {
  const int driver_generation = ext_generation(driver);
  const int generation = ext_generation(filesystem);
  if (driver_generation > 0 && generation > 0)
    // ext2 mounts a clean ext3; only ext4 mounts what ext4 made.
    return driver_generation >= generation || (driver == "ext2" && filesystem == "ext3");
  return type_group(driver) == type_group(filesystem);
}

void judge_type(const Context& context, const FstabEntry& entry, Answer& answer) {
  const Volume* volume = volume_of(context, entry);
  if (volume == nullptr || volume->filesystem.empty() || !is_mounted_at_boot(entry)) return;
  if (entry.type == "auto" || entry.type == "none" || is_bind(entry)) return;
  const std::vector<std::string> types = facts::split_at(entry.type, ',');
  const bool fits = std::any_of(types.begin(), types.end(), [&](const std::string& type) {
    return mounts(type, volume->filesystem);
  });
  if (fits) return;
  answer.fired.push_back(failing(
      context, entry,
      say("the line says '{}', but '{}' is '{}'", entry.type, entry.spec, volume->filesystem)));
}

/// The drivers of which one must be there; empty for types of which nothing is known.
std::vector<std::string> drivers_of(std::string_view type) {
  if (type == "ext2") return {"ext2", "ext4"};
  if (type == "ext3") return {"ext3", "ext4"};
  constexpr std::array<std::string_view, 7> own{"ext4", "xfs",      "btrfs", "f2fs",
                                                "jfs",  "reiserfs", "vfat"};
  if (std::find(own.begin(), own.end(), type) == own.end()) return {};
  return {std::string{type}};
}

void judge_driver(const Context& context, const FstabEntry& entry, Answer& answer) {
  const Volume* volume = volume_of(context, entry);
  // Of the root's driver the rules drv.* speak, and of another type than the line's one rule more.
  if (volume == nullptr || !is_mounted_at_boot(entry) || is_bind(entry) || entry.target == "/" ||
      !mounts(entry.type, volume->filesystem))
    return;
  const facts::KernelFacts& kernel = context.facts.kernel;
  const std::vector<std::string> drivers = drivers_of(entry.type);
  const bool absent = std::all_of(drivers.begin(), drivers.end(), [&](const std::string& driver) {
    return kernel.driver(driver) == facts::Driver::absent;
  });
  if (drivers.empty() || !absent) return;
  answer.fired.push_back(
      failing(context, entry,
              say("the default kernel {} has no driver for '{}'", kernel.version, entry.type)));
}

std::string_view without_slashes(std::string_view path) {
  while (path.starts_with('/')) path.remove_prefix(1);
  while (path.ends_with('/')) path.remove_suffix(1);
  return path;
}

void judge_subvolume_number(const Context& context, const FstabEntry& entry, const Volume& volume,
                            Answer& answer) {
  const auto number = entry.value("subvolid");
  if (!number || volume.subvolume_ids.empty()) return;
  std::uint64_t id = 0;
  std::from_chars(number->data(), number->data() + number->size(), id);
  if (guest::subvolume_of_id(volume, id)) return;
  answer.fired.push_back(failing(
      context, entry, say("'{}' holds no subvolume with the number '{}'", entry.spec, *number)));
}

void judge_subvolume(const Context& context, const FstabEntry& entry, Answer& answer) {
  const Volume* volume = volume_of(context, entry);
  if (volume == nullptr || volume->filesystem != "btrfs" || !is_mounted_at_boot(entry)) return;
  const auto named = entry.value("subvol");
  if (!named) return judge_subvolume_number(context, entry, *volume, answer);
  const std::string_view wanted = without_slashes(*named);
  const std::vector<std::string>& held = volume->subvolumes;
  const bool is_there =
      wanted.empty() || std::any_of(held.begin(), held.end(), [&](const std::string& each) {
        return without_slashes(each) == wanted;
      });
  if (is_there) return;
  if (held.empty())
    answer.undetermined.push_back(say("the subvolumes of '{}' are not known", entry.spec));
  else
    answer.fired.push_back(failing(
        context, entry,
        say("'{}' holds no subvolume '{}'; it holds '{}'", entry.spec, *named,
            fmt::join(held.begin(), held.begin() + std::min<std::ptrdiff_t>(5, std::ssize(held)),
                      "', '"))));
}

}  // namespace

Answer fstab_device_not_in_image(const Context& context) {
  return each_entry(context, judge_device);
}
Answer fstab_data_disk_mount(const Context& context) {
  return each_entry(context, judge_disk);
}
Answer fstab_by_path(const Context& context) {
  return each_entry(context, judge_by_path);
}
Answer fstab_kernel_device_name(const Context& context) {
  return each_entry(context, judge_kernel_name);
}
Answer fstab_type_mismatch(const Context& context) {
  return each_entry(context, judge_type);
}
Answer fstab_driver_missing(const Context& context) {
  const facts::KernelFacts& kernel = context.facts.kernel;
  if (kernel.image.empty() || kernel.version.empty() || !kernel.unknown.empty())
    return Answer::not_applied();
  return each_entry(context, judge_driver);
}
Answer fstab_subvolume_missing(const Context& context) {
  return each_entry(context, judge_subvolume);
}

Answer fstab_crypttab(const Context& context) {
  const facts::SourceFile& crypttab = context.facts.fstab.crypttab_file;
  if (crypttab.is_unreadable()) return unreadable(crypttab);
  if (!crypttab.is_read()) return Answer::not_applied();
  return each_entry(context, judge_encrypted);
}

}  // namespace imprint::rules

#include "guestfs/facts/boot_tree.h"

#include <algorithm>

#include "guestfs/language/say.h"

namespace imprint::facts {

using guest::GuestPath;
using guest::Match;

namespace {

constexpr std::string_view esp_type = "c12a7328-f81f-11d2-ba4b-00a0c93ec93b";
constexpr std::string_view xbootldr_type = "bc13c2ff-59e6-4262-a352-b275fd6f7172";

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string trimmed_folder(const MountedVolume& mount) {
  std::string_view name = mount.folder;
  while (name.starts_with('/')) name.remove_prefix(1);
  while (name.ends_with('/')) name.remove_suffix(1);
  return std::string{name};
}

std::string joined(const std::string& mount_point, std::string_view path) {
  return mount_point == "/" ? std::string{path} : mount_point + std::string{path};
}

Located not_here(Match match, std::string why) {
  return {match, {}, {}, std::move(why)};
}

}  // namespace

bool same_without_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

const MountedVolume* BootTree::mount_above(const GuestPath& path) const {
  const MountedVolume* best = nullptr;
  for (const MountedVolume& mount : mounts_) {
    const auto point = GuestPath::parse(mount.mount_point);
    if (!point || !path.is_below(*point) || mount.volume >= inventory_.volumes.size()) continue;
    if (best == nullptr || mount.mount_point.size() >= best->mount_point.size()) best = &mount;
  }
  return best;
}

std::optional<VolumePath> BootTree::on_volume(const GuestPath& path) const {
  const MountedVolume* mount = mount_above(path);
  if (mount == nullptr) return std::nullopt;
  std::string inside = path.str();
  if (mount->mount_point != "/") inside = inside.substr(mount->mount_point.size());
  if (inside.empty()) inside = "/";
  const std::string folder = trimmed_folder(*mount);
  if (!folder.empty()) inside = "/" + folder + (inside == "/" ? "" : inside);
  return VolumePath{mount->volume, std::move(inside)};
}

/// Where a path may lie: GRUB counts from the top of a Btrfs file system, SUSE's from the default
/// subvolume.
std::vector<std::string> BootTree::candidates(const MountedVolume& mount,
                                              const std::string& path) const {
  std::vector<std::string> result;
  const std::string folder = trimmed_folder(mount);
  if (!folder.empty()) {
    const std::string prefix = "/" + folder;
    if (path == prefix || path.starts_with(prefix + "/"))
      result.push_back(
          joined(mount.mount_point, path == prefix ? "/" : path.substr(prefix.size())));
  }
  if (folder.empty() || inventory_.volumes[mount.volume].filesystem == "btrfs")
    result.push_back(joined(mount.mount_point, path));
  return result;
}

Located BootTree::look(const MountedVolume& mount, const std::string& path) const {
  const auto wanted = GuestPath::parse(path);
  if (!wanted) return not_here(Match::absent, wanted.error().message);
  if (mount_above(*wanted) != &mount)
    return not_here(Match::unknown, say("hidden below another mount point"));
  const auto real = fs_.resolve(*wanted);
  if (!real) {
    const bool gone = real.error().code == Errc::not_found || real.error().code == Errc::invalid;
    return not_here(gone ? Match::absent : Match::unknown, real.error().message);
  }
  const MountedVolume* above = mount_above(*real);
  if (above == nullptr || above->volume != mount.volume)
    return not_here(Match::absent,
                    say("a link leads to another file system, where the loader cannot follow"));
  const auto info = fs_.stat(*real);
  if (!info) return not_here(Match::unknown, info.error().message);
  return {Match::found, *real, *info, {}};
}

Located BootTree::find(const VolumePath& file) const {
  if (file.volume >= inventory_.volumes.size())
    return not_here(Match::unknown, say("there is no such volume"));
  Located best = not_here(
      Match::unknown,
      say("the file system on {} is not mounted in the guest's tree", device(file.volume)));
  for (const MountedVolume& mount : mounts_) {
    if (mount.volume != file.volume) continue;
    for (const std::string& path : candidates(mount, file.path)) {
      Located located = look(mount, path);
      if (located.match == Match::found) return located;
      if (located.match == Match::absent && best.match == Match::unknown)
        best = not_here(Match::absent, say("not on the file system of {}", device(file.volume)));
    }
  }
  return best;
}

BootFile BootTree::boot_file(const VolumePath& file, std::string written, Place place) const {
  BootFile result{std::move(written), std::move(place), Match::unknown, {}, 0, {}};
  const Located located = find(file);
  result.match = located.match;
  result.why = located.why;
  if (located.match != Match::found) return result;
  result.path = located.path.str();
  result.size = located.info.size;
  if (located.info.type != guest::FileType::regular) {
    result.match = Match::absent;
    result.why = say("it is not a regular file");
  }
  return result;
}

std::vector<GuestPath> BootTree::efi_mounts() const {
  std::vector<GuestPath> result;
  for (const MountedVolume& mount : mounts_) {
    if (mount.volume >= inventory_.volumes.size()) continue;
    const guest::Volume& volume = inventory_.volumes[mount.volume];
    const auto point = GuestPath::parse(mount.mount_point);
    if (!point || volume.filesystem != "vfat" || volume.part_type == xbootldr_type) continue;
    const bool typed = volume.part_type == esp_type || volume.part_type == "0xef";
    const bool named = mount.mount_point == "/boot/efi" || mount.mount_point == "/efi" ||
                       mount.mount_point == "/boot";
    if (!typed && !named && !find_without_case(*point, "EFI")) continue;
    if (std::find(result.begin(), result.end(), *point) == result.end()) result.push_back(*point);
  }
  return result;
}

std::optional<GuestPath> BootTree::find_without_case(const GuestPath& folder,
                                                     std::string_view relative) const {
  GuestPath at = folder;
  while (!relative.empty()) {
    const std::size_t slash = relative.find('/');
    const std::string_view name = relative.substr(0, slash);
    relative.remove_prefix(slash == std::string_view::npos ? relative.size() : slash + 1);
    const auto entries = fs_.list(at);
    if (!entries) return std::nullopt;
    const auto entry = std::find_if(entries->begin(), entries->end(), [&](const auto& candidate) {
      return same_without_case(candidate.name, name);
    });
    if (entry == entries->end()) return std::nullopt;
    at = at / entry->name;
  }
  return at;
}

}  // namespace imprint::facts

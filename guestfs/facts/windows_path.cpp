#include "guestfs/facts/windows_path.h"

#include <strings.h>

#include <algorithm>

namespace imprint::facts {
namespace {

bool same_name(std::string_view a, std::string_view b) {
  return a.size() == b.size() && ::strncasecmp(a.data(), b.data(), a.size()) == 0;
}

bool starts_with_name(std::string_view text, std::string_view start) {
  return text.size() >= start.size() && same_name(text.substr(0, start.size()), start);
}

std::optional<guest::GuestPath> find_in(guest::FollowingFs& fs, const guest::GuestPath& folder,
                                        std::string_view name) {
  const auto entries = fs.list(folder);
  if (!entries) return std::nullopt;
  const auto entry = std::find_if(entries->begin(), entries->end(),
                                  [&](const auto& each) { return same_name(each.name, name); });
  if (entry != entries->end()) return folder / entry->name;
  // A volume that is shown there beside the system's own is in no list.
  if (fs.stat(folder / name)) return folder / name;
  return std::nullopt;
}

}  // namespace

std::optional<guest::GuestPath> find_windows_path(guest::FollowingFs& fs, std::string_view path) {
  std::optional<guest::GuestPath> found{guest::GuestPath{}};
  while (!path.empty() && found) {
    const std::size_t end = std::min(path.find_first_of("\\/"), path.size());
    if (end > 0) found = find_in(fs, *found, path.substr(0, end));
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return found;
}

std::string driver_path(std::string_view image_path, std::string_view service) {
  if (image_path.empty()) return "Windows/System32/drivers/" + std::string{service} + ".sys";
  for (const std::string_view prefix : {"\\SystemRoot\\", "%SystemRoot%\\"})
    if (starts_with_name(image_path, prefix))
      return "Windows/" + std::string{image_path.substr(prefix.size())};
  if (starts_with_name(image_path, "\\??\\C:\\")) return std::string{image_path.substr(7)};
  return "Windows/" + std::string{image_path};
}

}  // namespace imprint::facts

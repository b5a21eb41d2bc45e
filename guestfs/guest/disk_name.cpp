#include "guestfs/guest/disk_name.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace imprint::guest {
namespace {

/// The digits of `text` from `at` to its end.
std::optional<int> number_from(std::string_view text, std::size_t at) {
  int value = 0;
  if (at >= text.size()) return std::nullopt;
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data() + at, end, value);
  if (parsed.ec != std::errc{} || parsed.ptr != end || value <= 0) return std::nullopt;
  return value;
}

/// "a" to "zz..": 0 for "a", 26 for "aa", as the kernel counts disks.
std::optional<std::size_t> disk_of_letters(std::string_view letters) {
  if (letters.empty() || letters.size() > 3) return std::nullopt;
  std::size_t value = 0;
  for (const char c : letters) value = value * 26 + static_cast<std::size_t>(c - 'a') + 1;
  return value - 1;
}

/// Splits "sda2", "vdb", "xvda1", "hda3".
std::optional<DiskName> lettered_name(std::string_view name) {
  for (const std::string_view prefix : {"xvd", "sd", "vd", "hd"}) {
    if (!name.starts_with(prefix)) continue;
    const std::size_t end =
        std::min(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz"), name.size());
    const auto disk = disk_of_letters(name.substr(prefix.size(), end - prefix.size()));
    if (!disk) return std::nullopt;
    if (end == name.size()) return DiskName{std::string{prefix}, *disk, 0};
    const auto partition = number_from(name, end);
    if (!partition) return std::nullopt;
    return DiskName{std::string{prefix}, *disk, *partition};
  }
  return std::nullopt;
}

/// Splits "nvme1n1p2" and "mmcblk0p1".
std::optional<DiskName> numbered_name(std::string_view name) {
  for (const std::string_view prefix : {"nvme", "mmcblk"}) {
    if (!name.starts_with(prefix)) continue;
    std::string_view rest = name.substr(prefix.size());
    unsigned disk = 0;
    const auto parsed = std::from_chars(rest.data(), rest.data() + rest.size(), disk);
    if (parsed.ec != std::errc{}) return std::nullopt;
    rest.remove_prefix(static_cast<std::size_t>(parsed.ptr - rest.data()));
    // A disk is namespace 1 of its own controller; further namespaces are no disk of the image.
    if (prefix == "nvme" && !rest.starts_with("n1")) return std::nullopt;
    if (prefix == "nvme") rest.remove_prefix(2);
    if (rest.empty()) return DiskName{std::string{prefix}, disk, 0};
    const auto partition = rest.front() == 'p' ? number_from(rest, 1) : std::nullopt;
    if (!partition) return std::nullopt;
    return DiskName{std::string{prefix}, disk, *partition};
  }
  return std::nullopt;
}

}  // namespace

std::optional<DiskName> DiskName::parse(std::string_view name) {
  const auto lettered = lettered_name(name);
  return lettered ? lettered : numbered_name(name);
}

std::string DiskName::same_for(int other_disk, int other_partition) const {
  if (other_disk < 0 || other_disk > 25) return {};
  if (driver == "nvme") return fmt::format("/dev/nvme{}n1p{}", other_disk, other_partition);
  if (driver == "mmcblk") return fmt::format("/dev/mmcblk{}p{}", other_disk, other_partition);
  return fmt::format("/dev/{}{}{}", driver, static_cast<char>('a' + other_disk), other_partition);
}

}  // namespace imprint::guest

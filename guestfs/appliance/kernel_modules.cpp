#include "guestfs/appliance/kernel_modules.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <set>

namespace imprint::appliance {
namespace {

using Dependencies = std::map<std::string, std::vector<std::string>, std::less<>>;

/// Folders below kernel/ all of whose modules are loaded, so that no program has to be started to
/// load one later.
constexpr std::array<std::string_view, 21> folders{
    "fs/btrfs/", "fs/ext4/",     "fs/xfs/",    "fs/fat/",   "fs/exfat/", "fs/isofs/",
    "fs/udf/",   "fs/squashfs/", "fs/erofs/",  "fs/f2fs/",  "fs/jfs/",   "fs/reiserfs/",
    "fs/hfs/",   "fs/hfsplus/",  "fs/nilfs2/", "fs/ntfs3/", "fs/ufs/",   "fs/minix/",
    "fs/romfs/", "fs/sysv/",     "fs/fuse/"};

constexpr std::array<std::string_view, 24> names{
    "virtio_pci",     "virtio_scsi",    "virtio_console", "sd_mod",
    "nls_cp437",      "nls_ascii",      "nls_utf8",       "nls_iso8859-1",
    "dm-mod",         "dm-mirror",      "dm-raid",        "dm-snapshot",
    "dm-thin-pool",   "raid0",          "raid1",          "raid10",
    "raid456",        "linear",         "xxhash_generic", "blake2b_generic",
    "sha256_generic", "crc32c_generic", "crc32_generic",  "loop"};

Dependencies parse(std::string_view text) {
  Dependencies result;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    std::vector<std::string>& needs = result[std::string{line.substr(0, colon)}];
    line.remove_prefix(colon + 1);
    while (!line.empty()) {
      const std::size_t space = line.find(' ');
      if (const std::string_view word = line.substr(0, space); !word.empty())
        needs.emplace_back(word);
      line = space == std::string_view::npos ? std::string_view{} : line.substr(space + 1);
    }
  }
  return result;
}

std::string_view name_of(std::string_view path) {
  const std::string_view file = path.substr(path.rfind('/') + 1);
  return file.substr(0, file.find(".ko"));
}

bool is_wanted(std::string_view path) {
  if (std::find(names.begin(), names.end(), name_of(path)) != names.end()) return true;
  return std::any_of(folders.begin(), folders.end(), [&](std::string_view folder) {
    return path.find(folder) != std::string_view::npos;
  });
}

void add(const Dependencies& all, const std::string& path, std::set<std::string>& seen,
         std::vector<std::string>& order) {
  if (!seen.insert(path).second) return;
  if (const auto needs = all.find(path); needs != all.end())
    for (const std::string& needed : needs->second) add(all, needed, seen, order);
  order.push_back(path);
}

}  // namespace

Result<std::string> kernel_version(const std::filesystem::path& kernel) {
  std::ifstream file{kernel, std::ios::binary};
  std::string head(65536, '\0');
  file.read(head.data(), static_cast<std::streamsize>(head.size()));
  head.resize(static_cast<std::size_t>(file.gcount()));
  constexpr std::size_t magic_at = 0x202;
  constexpr std::size_t pointer_at = 0x20e;
  constexpr std::size_t base = 0x200;
  if (head.size() < pointer_at + 2 || head.compare(magic_at, 4, "HdrS") != 0)
    return make_error(Errc::corrupt, "'{}' is no x86 kernel", kernel.string());
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(head[at]); };
  const std::size_t at = base + byte(pointer_at) + (std::size_t{byte(pointer_at + 1)} << 8);
  if (at >= head.size()) return make_error(Errc::corrupt, "'{}' names no version", kernel.string());
  const std::string text = head.c_str() + at;
  return text.substr(0, text.find(' '));
}

std::vector<std::string> modules_to_load(std::string_view dependencies) {
  const Dependencies all = parse(dependencies);
  std::vector<std::string> order;
  std::set<std::string> seen;
  for (const auto& [path, needs] : all)
    if (is_wanted(path)) add(all, path, seen, order);
  return order;
}

}  // namespace imprint::appliance

#include "guestfs/facts/initramfs_content.h"

#include <algorithm>
#include <array>

namespace imprint::facts {
namespace {

using namespace std::string_view_literals;

constexpr std::uint32_t type_bits = 0170000;
constexpr std::uint32_t folder_type = 0040000;
constexpr std::uint32_t regular_type = 0100000;
constexpr std::size_t most_paths = 5000;
constexpr std::size_t most_texts = 200;
constexpr std::size_t most_versions = 100;
constexpr std::uint64_t largest_text = std::uint64_t{256} << 10;
constexpr std::uint64_t smallest_payload = 4096;

/// Below these, or these themselves: what rules ask for.
constexpr std::array kept_paths{
    "etc/udev/rules.d/"sv, "conf/"sv,          "scripts/"sv,           "etc/crypttab"sv,
    "cryptroot/"sv,        "etc/lvm/"sv,       "lib/dracut/"sv,        "etc/modprobe.d/"sv,
    "lib/modprobe.d/"sv,   "etc/cmdline.d/"sv, "etc/modules-load.d/"sv};
constexpr std::array kept_texts{"conf/modules"sv, "lib/dracut/hostonly-kernel-modules.txt"sv,
                                "etc/crypttab"sv, "cryptroot/crypttab"sv};
constexpr std::array text_folders{"etc/modprobe.d/"sv, "lib/modprobe.d/"sv, "etc/cmdline.d/"sv};
constexpr std::array payload_suffixes{"squashfs-root.img"sv, "squash-root.img"sv,
                                      "erofs-root.img"sv, ".squashfs"sv, ".erofs"sv};

constexpr std::string_view modules_folder = "lib/modules/";

/// From the top, and as if /usr were merged the other way: "lib/modules/...".
std::string_view plain_path(std::string_view name) {
  for (;;) {
    if (name.starts_with("./"))
      name.remove_prefix(2);
    else if (name.starts_with('/'))
      name.remove_prefix(1);
    else if (name.starts_with("usr/lib/"))
      name.remove_prefix(4);
    else
      return name;
  }
}

void note_module_path(std::string_view path, bool folder, InitramfsContent& content) {
  std::string version;
  if (path.starts_with(modules_folder)) {
    const std::string_view below = path.substr(modules_folder.size());
    const std::size_t slash = below.find('/');
    version = below.substr(0, slash);
    const bool inside = folder || slash != std::string_view::npos;
    if (inside && !version.empty() && content.versions.size() < most_versions)
      content.versions.insert(version);
  }
  if (folder) return;
  std::string name = module_name(path);
  if (name.empty()) return;
  if (content.modules.size() >= most_versions && !content.modules.contains(version)) return;
  content.modules[std::move(version)].insert(std::move(name));
}

template <std::size_t count>
bool begins_with_one_of(std::string_view path, const std::array<std::string_view, count>& list) {
  return std::any_of(list.begin(), list.end(),
                     [&](std::string_view each) { return path.starts_with(each); });
}

bool is_wanted_text(std::string_view path) {
  return std::find(kept_texts.begin(), kept_texts.end(), path) != kept_texts.end() ||
         begins_with_one_of(path, text_folders) ||
         (path.starts_with("etc/udev/rules.d/") && path.find("persistent-net") != path.npos) ||
         (path.starts_with(modules_folder) && path.ends_with("/modules.builtin"));
}

}  // namespace

std::string module_name(std::string_view path) {
  std::string_view name = path.substr(path.rfind('/') + 1);
  for (const std::string_view suffix : {".gz"sv, ".xz"sv, ".zst"sv, ".bz2"sv}) {
    if (!name.ends_with(suffix)) continue;
    name.remove_suffix(suffix.size());
    break;
  }
  if (!name.ends_with(".ko") || name.size() <= 3) return {};
  name.remove_suffix(3);
  std::string result{name};
  std::replace(result.begin(), result.end(), '-', '_');
  return result;
}

bool note_entry(const CpioEntry& entry, InitramfsContent& content) {
  const std::string_view path = plain_path(entry.name);
  const std::uint32_t type = entry.mode & type_bits;
  note_module_path(path, type == folder_type, content);
  if (type == folder_type) return false;
  for (const std::string_view suffix : payload_suffixes)
    if (path.ends_with(suffix) && entry.size >= smallest_payload && content.payloads.size() < 10)
      content.payloads.emplace_back(path);
  const bool text = is_wanted_text(path);
  if ((text || begins_with_one_of(path, kept_paths)) && content.paths.size() < most_paths)
    content.paths.emplace(path);
  return text && type == regular_type && entry.size <= largest_text &&
         content.texts.size() < most_texts;
}

void note_content(const CpioEntry& entry, std::string text, InitramfsContent& content) {
  content.texts[std::string{plain_path(entry.name)}] = std::move(text);
}

}  // namespace imprint::facts

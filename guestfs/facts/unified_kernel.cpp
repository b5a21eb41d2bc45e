#include "guestfs/facts/unified_kernel.h"

#include <algorithm>
#include <initializer_list>
#include <set>

#include "guestfs/facts/boot_readers.h"
#include "guestfs/facts/kernel_cmdline.h"
#include "guestfs/guest/endian.h"
#include "guestfs/language/say.h"

namespace imprint::facts {
namespace {

constexpr std::size_t text_limit = std::size_t{64} << 10;
constexpr std::size_t most_sections = 96;  // the loaders' own limit
constexpr std::size_t section_size = 40;
constexpr std::size_t header_size = 24;

PeSection section_at(std::string_view header) {
  const std::string_view name = header.substr(0, 8);
  const std::uint64_t virtual_size = guest::little<std::uint32_t>(header, 8);
  const std::uint64_t raw_size = guest::little<std::uint32_t>(header, 16);
  const std::uint64_t size = virtual_size == 0 ? raw_size : std::min(virtual_size, raw_size);
  return {std::string{name.substr(0, std::min(name.find('\0'), name.size()))},
          guest::little<std::uint32_t>(header, 20), size};
}

std::string trimmed_text(std::string text) {
  text.resize(std::min(text.find('\0'), text.size()));
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return text;
}

/// The value of the first of these keys that an os-release text sets.
std::string os_value(const std::string& os_release, std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys) {
    const std::string line = std::string{key} + "=";
    const std::size_t at = os_release.starts_with(line) ? 0 : os_release.find("\n" + line);
    if (at == std::string::npos) continue;
    const std::size_t begin = os_release.find('=', at) + 1;
    std::string value = os_release.substr(begin, os_release.find('\n', begin) - begin);
    std::erase_if(value, [](char c) { return c == '"' || c == '\''; });
    return value;
  }
  return {};
}

/// Adds what the addons in a folder say to the command line, as systemd-stub does.
void take_addons(const BootTree& tree, const guest::GuestPath& folder, BootEntry& entry,
                 Boot& boot) {
  constexpr std::size_t most_addons = 100;
  const auto listing = tree.fs().list(folder);
  if (!listing) return;
  std::size_t count = 0;
  for (const guest::FolderEntry& file : *listing) {
    if (!same_without_case(
            file.name.substr(file.name.size() - std::min<std::size_t>(file.name.size(), 10)),
            ".addon.efi") ||
        ++count > most_addons)
      continue;
    const guest::GuestPath path = folder / file.name;
    const auto addon = read_pe(tree.fs(), path);
    if (!addon) {
      boot.problems.push_back({"boot.uki",
                               {path.str(), 0, {}},
                               addon.error().message,
                               addon.error().code != Errc::corrupt,
                               Severity::warning});
    } else if (!addon->cmdline.empty()) {
      if (!entry.cmdline.empty()) entry.cmdline += ' ';
      entry.cmdline += addon->cmdline;
    }
  }
}

}  // namespace

bool UnifiedKernel::has(std::string_view section) const {
  return std::any_of(sections.begin(), sections.end(),
                     [&](const PeSection& have) { return have.name == section; });
}

Result<UnifiedKernel> read_pe(guest::FollowingFs& fs, const guest::GuestPath& asked) {
  const guest::GuestPath path = TRY(fs.resolve(asked));
  const guest::FileInfo info = TRY(fs.raw().stat(path));
  if (info.type != guest::FileType::regular)
    return make_error(Errc::corrupt, "{}", say("'{}' is not a regular file", path.str()));
  const std::string start = TRY(fs.raw().read_range(path, 0, 64));
  if (start.size() < 64 || !start.starts_with("MZ"))
    return make_error(Errc::corrupt, "{}", say("it does not start with 'MZ'"));
  const std::uint64_t pe = guest::little<std::uint32_t>(start, 0x3c);
  const std::string header = TRY(fs.raw().read_range(path, pe, header_size));
  if (header.size() < header_size || !header.starts_with(std::string_view{"PE\0\0", 4}))
    return make_error(Errc::corrupt, "{}", say("it has no PE header"));
  const std::size_t count = guest::little<std::uint16_t>(header, 6);
  if (count > most_sections)
    return make_error(Errc::corrupt, "{}", say("it claims {} sections", count));
  const std::string table = TRY(fs.raw().read_range(
      path, pe + header_size + guest::little<std::uint16_t>(header, 20), count * section_size));
  if (table.size() < count * section_size)
    return make_error(Errc::corrupt, "{}", say("its section table is cut short"));
  UnifiedKernel image;
  // What stands before the first ".profile" is for all profiles; the first one is taken by default
  // and may say otherwise.
  std::size_t profiles = 0;
  std::set<std::string> taken;
  for (std::size_t i = 0; i < count; ++i) {
    PeSection section = section_at(std::string_view{table}.substr(i * section_size, section_size));
    if (section.size > info.size || section.offset > info.size - section.size)
      return make_error(Errc::corrupt, "{}",
                        say("its section '{}' lies behind the end of the file", section.name));
    std::string* text = section.name == ".cmdline" ? &image.cmdline
                        : section.name == ".osrel" ? &image.os_release
                        : section.name == ".uname" ? &image.version
                                                   : nullptr;
    if (section.name == ".profile" && ++profiles == 1) taken.clear();
    if (text != nullptr && profiles <= 1 && taken.insert(section.name).second)
      *text = trimmed_text(TRY(fs.raw().read_range(
          path, section.offset,
          static_cast<std::size_t>(std::min<std::uint64_t>(section.size, text_limit)))));
    image.sections.push_back(std::move(section));
  }
  return image;
}

UnifiedEntry read_unified_kernel(const BootTree& tree, const guest::GuestPath& path, Boot& boot) {
  UnifiedEntry result;
  BootEntry& entry = result.entry;
  entry.id = std::string{path.name()};
  entry.title = entry.id;
  entry.place = {path.str(), 0, {}};
  entry.cmdline_place = entry.place;
  const auto on_volume = tree.on_volume(path);
  if (on_volume) entry.kernel = tree.boot_file(*on_volume, path.str(), entry.place);
  const auto image = read_pe(tree.fs(), path);
  if (!image) {
    const bool broken = image.error().code == Errc::corrupt;
    boot.problems.push_back({"boot.uki", entry.place, image.error().message, !broken});
    return result;
  }
  if (!image->has(".linux"))
    boot.problems.push_back(
        {"boot.uki", entry.place, say("it has no section '.linux', so there is no kernel in it")});
  const std::string name = os_value(image->os_release, {"PRETTY_NAME", "ID"});
  if (!name.empty()) entry.title = name;
  result.sort_key = os_value(image->os_release, {"IMAGE_ID", "ID"});
  result.version =
      os_value(image->os_release, {"IMAGE_VERSION", "VERSION", "VERSION_ID", "BUILD_ID"});
  entry.cmdline = image->cmdline;
  for (const guest::GuestPath& esp : tree.efi_mounts())
    if (path.is_below(esp))
      if (const auto folder = tree.find_without_case(esp, "loader/addons"))
        take_addons(tree, *folder, entry, boot);
  if (const auto folder =
          tree.find_without_case(path.parent(), std::string{path.name()} + ".extra.d"))
    take_addons(tree, *folder, entry, boot);
  return result;
}

}  // namespace imprint::facts

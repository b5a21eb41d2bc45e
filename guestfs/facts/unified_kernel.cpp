#include "guestfs/facts/unified_kernel.h"

#include <algorithm>

#include "guestfs/facts/boot_readers.h"
#include "guestfs/facts/kernel_cmdline.h"
#include "guestfs/language/say.h"

namespace imprint::facts {
namespace {

constexpr std::size_t text_limit = std::size_t{64} << 10;
constexpr std::size_t most_sections = 96;  // the loaders' own limit
constexpr std::size_t section_size = 40;
constexpr std::size_t header_size = 24;

std::uint32_t little_endian(std::string_view bytes, std::size_t at, std::size_t count) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < count && at + i < bytes.size(); ++i)
    value |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
  return value;
}

PeSection section_at(std::string_view header) {
  const std::string_view name = header.substr(0, 8);
  const std::uint64_t virtual_size = little_endian(header, 8, 4);
  const std::uint64_t raw_size = little_endian(header, 16, 4);
  const std::uint64_t size = virtual_size == 0 ? raw_size : std::min(virtual_size, raw_size);
  return {std::string{name.substr(0, std::min(name.find('\0'), name.size()))},
          little_endian(header, 20, 4), size};
}

std::string trimmed_text(std::string text) {
  text.resize(std::min(text.find('\0'), text.size()));
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return text;
}

/// The value of PRETTY_NAME or ID in an os-release text.
std::string os_name(const std::string& os_release) {
  for (const std::string_view key : {"PRETTY_NAME=", "ID="}) {
    const std::size_t at =
        os_release.starts_with(key) ? 0 : os_release.find("\n" + std::string{key});
    if (at == std::string::npos) continue;
    const std::size_t begin = os_release.find('=', at) + 1;
    std::string value = os_release.substr(begin, os_release.find('\n', begin) - begin);
    std::erase(value, '"');
    return value;
  }
  return {};
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
  const std::uint64_t pe = little_endian(start, 0x3c, 4);
  const std::string header = TRY(fs.raw().read_range(path, pe, header_size));
  if (header.size() < header_size || !header.starts_with(std::string_view{"PE\0\0", 4}))
    return make_error(Errc::corrupt, "{}", say("it has no PE header"));
  const std::size_t count = little_endian(header, 6, 2);
  if (count > most_sections)
    return make_error(Errc::corrupt, "{}", say("it claims {} sections", count));
  const std::string table = TRY(fs.raw().read_range(
      path, pe + header_size + little_endian(header, 20, 2), count * section_size));
  if (table.size() < count * section_size)
    return make_error(Errc::corrupt, "{}", say("its section table is cut short"));
  UnifiedKernel image;
  for (std::size_t i = 0; i < count; ++i) {
    PeSection section = section_at(std::string_view{table}.substr(i * section_size, section_size));
    if (section.size > info.size || section.offset > info.size - section.size)
      return make_error(Errc::corrupt, "{}",
                        say("its section '{}' lies behind the end of the file", section.name));
    std::string* text = section.name == ".cmdline" ? &image.cmdline
                        : section.name == ".osrel" ? &image.os_release
                        : section.name == ".uname" ? &image.version
                                                   : nullptr;
    if (text != nullptr && text->empty())
      *text = trimmed_text(TRY(fs.raw().read_range(
          path, section.offset,
          static_cast<std::size_t>(std::min<std::uint64_t>(section.size, text_limit)))));
    image.sections.push_back(std::move(section));
  }
  return image;
}

BootEntry read_unified_kernel(const BootTree& tree, const guest::GuestPath& path, Boot& boot) {
  BootEntry entry;
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
    return entry;
  }
  if (!image->has(".linux"))
    boot.problems.push_back(
        {"boot.uki", entry.place, say("it has no section '.linux', so there is no kernel in it")});
  const std::string name = os_name(image->os_release);
  if (!name.empty()) entry.title = name;
  entry.cmdline = image->cmdline;
  return entry;
}

}  // namespace imprint::facts

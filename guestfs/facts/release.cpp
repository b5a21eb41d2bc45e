#include "guestfs/facts/release.h"

#include <algorithm>
#include <array>
#include <utility>

#include "guestfs/facts/text_lines.h"
#include "guestfs/language/say.h"

namespace imprint::facts {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

/// What a shell makes of the value: quotes taken off, backslashes resolved. Nothing where a quote
/// stays open.
std::optional<std::string> unquote(std::string_view text) {
  std::string result;
  char quote = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != 0 && c == quote) {
      quote = 0;
    } else if (quote == 0 && (c == '"' || c == '\'')) {
      quote = c;
    } else if (c == '\\' && quote != '\'' && i + 1 < text.size()) {
      result += text[++i];
    } else {
      result += c;
    }
  }
  if (quote != 0) return std::nullopt;
  return result;
}

/// Whether a shell ends the value before its end, or fails: many programs read the file by sourcing
/// it, while systemd takes the line as it stands.
bool needs_quotes(std::string_view text) {
  char quote = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote == 0 && std::string_view{" \t|&;()<>`"}.find(c) != std::string_view::npos)
      return true;
    if (c == '\\' && quote != '\'')
      ++i;
    else if (c == quote)
      quote = 0;
    else if (quote == 0 && (c == '"' || c == '\''))
      quote = c;
  }
  return false;
}

bool is_key(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

void read_line(const TextLine& line, const std::string& path, OsRelease& release) {
  const Place place = place_of(path, line);
  std::string_view text = line.text;
  if (line.number == 1 && text.starts_with(byte_order_mark)) {
    text.remove_prefix(byte_order_mark.size());
    release.faults.push_back({place, say("the file starts with a byte order mark")});
  }
  text = trim(text);
  if (text.empty() || text.starts_with('#')) return;
  const std::size_t equal = text.find('=');
  if (equal == std::string_view::npos || !is_key(text.substr(0, equal))) {
    release.faults.push_back({place, say("the line is not KEY=VALUE")});
    return;
  }
  auto value = unquote(text.substr(equal + 1));
  if (!value) {
    release.faults.push_back({place, say("a quote is not closed")});
    return;
  }
  if (needs_quotes(text.substr(equal + 1)))
    release.faults.push_back({place, say("the value needs quotes: a shell ends it earlier")});
  release.settings.push_back({std::string{text.substr(0, equal)}, *std::move(value), place});
}

std::string value_or_empty(const OsRelease& release, std::string_view key) {
  const ReleaseSetting* setting = release.find(key);
  return setting == nullptr ? std::string{} : setting->value;
}

/// What it says to be like goes first: the same name is sold on top of different families.
Family family_of_any(const std::string& id, const std::vector<std::string>& like) {
  for (const std::string& each : like)
    if (const Family family = family_of(each); family != Family::unknown) return family;
  return family_of(id);
}

void take_os_release(ReleaseFacts& facts, const SourceFile& file) {
  facts.os_release = parse_os_release(file.text, file.path);
  facts.id = lower(value_or_empty(facts.os_release, "ID"));
  if (facts.id.empty()) return;
  facts.version = value_or_empty(facts.os_release, "VERSION_ID");
  facts.name = value_or_empty(facts.os_release, "PRETTY_NAME");
  if (facts.name.empty()) facts.name = value_or_empty(facts.os_release, "NAME");
  facts.id_like = split_at_blanks(lower(value_or_empty(facts.os_release, "ID_LIKE")));
  facts.family = family_of_any(facts.id, facts.id_like);
  facts.decided_by = file.path;
}

void take_source(ReleaseFacts& facts, const ReleaseSource& source) {
  facts.id = source.id;
  facts.version = source.version;
  facts.family = source.family;
  facts.decided_by = source.file.path;
  facts.name = source.name;
}

/// Asked in this order where os-release does not say; the general ones come after those of derived
/// systems.
constexpr std::array<std::string_view, 27> older_kin{
    "/etc/lsb-release",        "/etc/openmandriva-release", "/etc/opencloudos-release",
    "/etc/tencentos-release",  "/etc/openEuler-release",    "/etc/oracle-release",
    "/etc/centos-release",     "/etc/circle-release",       "/etc/rocky-release",
    "/etc/almalinux-release",  "/etc/fedora-release",       "/etc/altlinux-release",
    "/etc/system-release",     "/etc/redhat-release",       "/etc/debian_version",
    "/etc/pardus-release",     "/etc/arch-release",         "/etc/gentoo-release",
    "/etc/meego-release",      "/etc/slackware-version",    "/etc/SuSE-release",
    "/etc/cirros/version",     "/etc/br-version",           "/etc/alpine-release",
    "/etc/frugalware-release", "/etc/pld-release",          "/etc/anolis-release"};

}  // namespace

const ReleaseSetting* OsRelease::find(std::string_view key) const {
  const auto setting = std::find_if(settings.rbegin(), settings.rend(),
                                    [&](const ReleaseSetting& each) { return each.key == key; });
  return setting == settings.rend() ? nullptr : &*setting;
}

OsRelease parse_os_release(std::string_view text, const std::string& path) {
  OsRelease release;
  const TextLine* returned = nullptr;
  const std::vector<TextLine> lines = split_lines(text);
  for (const TextLine& line : lines) {
    if (line.carriage_return && returned == nullptr) returned = &line;
    read_line(line, path, release);
  }
  if (returned != nullptr)
    release.faults.push_back({place_of(path, *returned),
                              say("lines end with CR LF: the CR becomes part of the values")});
  return release;
}

ReleaseFacts read_release(guest::FollowingFs& fs) {
  ReleaseFacts facts;
  facts.os_release_file = read_source(fs, "/etc/os-release");
  facts.vendor_file = read_source(fs, "/usr/lib/os-release");
  facts.issue = read_source(fs, "/etc/issue");
  for (const std::string_view path : older_kin) {
    SourceFile file = read_source(fs, path);
    if (file.state != SourceFile::State::absent)
      facts.sources.push_back(parse_release_text(std::move(file)));
  }
  if (facts.os_release_file.is_read())
    take_os_release(facts, facts.os_release_file);
  else if (facts.vendor_file.is_read())
    take_os_release(facts, facts.vendor_file);
  for (const ReleaseSource& source : facts.sources)
    if (facts.id.empty() && !source.id.empty()) take_source(facts, source);
  return facts;
}

}  // namespace imprint::facts

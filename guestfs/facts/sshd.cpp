#include "guestfs/facts/sshd.h"

#include <algorithm>

#include "guestfs/facts/source_file.h"
#include "guestfs/facts/text_lines.h"
#include "guestfs/language/say.h"

namespace imprint::facts {
namespace {

constexpr std::size_t most_files = 64;

/// Keyword and arguments: blanks, or one "=", between them; quotes around an argument.
std::vector<std::string> split_words(std::string_view text) {
  std::string plain;
  bool seen_equals = false;
  for (const char c : text) {
    if (c == '"') continue;
    const bool separates = c == '=' && !seen_equals;
    seen_equals = seen_equals || c == '=';
    plain += separates ? ' ' : c;
  }
  return split_at_blanks(plain);
}

void append_file(guest::FollowingFs& fs, const std::string& path, SshdConfig& config) {
  const SourceFile file = read_source(fs, path);
  if (file.is_unreadable())
    config.unknown.push_back(say("'{}' cannot be read: {}", file.path, file.why));
  for (SshdSetting& setting : parse_sshd_config(file.text, path))
    config.settings.push_back(std::move(setting));
}

void append_parts(guest::FollowingFs& fs, SshdConfig& config) {
  const guest::GuestPath folder = guest::GuestPath{} / "etc/ssh/sshd_config.d";
  const auto entries = fs.list(folder);
  if (!entries) return;
  std::size_t files = 0;
  for (const guest::FolderEntry& entry : *entries)
    if (entry.name.ends_with(".conf") && files++ < most_files)
      append_file(fs, (folder / entry.name).str(), config);
}

}  // namespace

const SshdSetting* SshdConfig::find(std::string_view key) const {
  const auto found = std::find_if(settings.begin(), settings.end(), [&](const SshdSetting& each) {
    return each.key == key && !each.in_match;
  });
  return found == settings.end() ? nullptr : &*found;
}

std::vector<SshdSetting> parse_sshd_config(std::string_view text, const std::string& path) {
  std::vector<SshdSetting> settings;
  bool in_match = false;
  for (const TextLine& line : split_lines(text)) {
    const std::string_view content = trim(line.text);
    if (content.empty() || content.starts_with('#')) continue;
    std::vector<std::string> words = split_words(content);
    if (words.empty()) continue;
    std::string key = lower(words.front());
    words.erase(words.begin());
    if (key == "match")
      in_match = words.empty() || !equal_without_case(words.front(), "all");
    else
      settings.push_back({std::move(key), std::move(words), in_match, place_of(path, line)});
  }
  return settings;
}

SshdConfig read_sshd_config(guest::FollowingFs& fs) {
  SshdConfig own;
  append_file(fs, "/etc/ssh/sshd_config", own);
  const SshdSetting* include = own.find("include");
  const bool includes_parts =
      include != nullptr &&
      std::any_of(include->values.begin(), include->values.end(), [](const std::string& value) {
        return value.find("sshd_config.d/") != std::string::npos;
      });
  if (!includes_parts) return own;
  // Distributions include the folder at the top, and the first setting counts.
  SshdConfig config;
  append_parts(fs, config);
  config.settings.insert(config.settings.end(), own.settings.begin(), own.settings.end());
  config.unknown.insert(config.unknown.end(), own.unknown.begin(), own.unknown.end());
  return config;
}

}  // namespace imprint::facts

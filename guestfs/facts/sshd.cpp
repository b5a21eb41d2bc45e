#include "guestfs/facts/sshd.h"

#include <fnmatch.h>

#include <algorithm>
#include <utility>

#include "guestfs/facts/look.h"
#include "guestfs/facts/source_file.h"
#include "guestfs/facts/text_lines.h"
#include "guestfs/language/say.h"

namespace imprint::facts {
namespace {

constexpr std::size_t most_files = 64;
constexpr int deepest_include = 16;  // as sshd has it

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

/// Takes files as sshd does: what an Include line names stands where the line stands.
class Reader {
 public:
  Reader(guest::FollowingFs& fs, SshdConfig& config)
      : fs_{fs}, look_{fs, config.unknown}, config_{config} {}

  void add_file(const std::string& path, bool in_match, int level) {
    if (++files_ > most_files || level > deepest_include) return stop(path);
    const SourceFile file = look_.file(path);
    for (SshdSetting& setting : parse_sshd_config(file.text, path)) {
      setting.in_match = setting.in_match || in_match;
      if (setting.key != "include") {
        config_.settings.push_back(std::move(setting));
        continue;
      }
      for (const std::string& pattern : setting.values)
        add_matching(pattern, setting.in_match, level + 1);
    }
  }

 private:
  /// sshd refuses to start where files include one another in a circle.
  void stop(const std::string& path) {
    if (std::exchange(stopped_, true)) return;
    config_.unknown.push_back(
        say("'{}' is included behind more files than are followed, or in a circle", path));
  }

  /// A pattern counts from /etc/ssh; only its last name may hold wildcards.
  void add_matching(const std::string& pattern, bool in_match, int level) {
    const auto path =
        guest::GuestPath::parse(pattern.starts_with('/') ? pattern : "/etc/ssh/" + pattern);
    if (!path) return;
    const std::string name{path->name()};
    if (name.find_first_of("*?[") == std::string::npos)
      return add_file(path->str(), in_match, level);
    const auto entries = fs_.list(path->parent());
    if (!entries) return;
    for (const guest::FolderEntry& entry : *entries)
      if (::fnmatch(name.c_str(), entry.name.c_str(), FNM_PERIOD) == 0)
        add_file((path->parent() / entry.name).str(), in_match, level);
  }

  guest::FollowingFs& fs_;
  Look look_;
  SshdConfig& config_;
  std::size_t files_ = 0;
  bool stopped_ = false;
};

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
  SshdConfig config;
  Reader{fs, config}.add_file("/etc/ssh/sshd_config", false, 0);
  return config;
}

}  // namespace imprint::facts

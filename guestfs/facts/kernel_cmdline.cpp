#include "guestfs/facts/kernel_cmdline.h"

#include "guestfs/facts/boot.h"

namespace imprint::facts {
namespace {

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f';
}

CmdlineWord word_of(std::string_view raw) {
  std::string plain;
  std::optional<std::size_t> equals;
  bool quoted = false;
  for (const char c : raw) {
    if (c == '"') {
      quoted = !quoted;
      continue;
    }
    if (c == '=' && !equals) equals = plain.size();
    plain += c;
  }
  if (!equals) return {plain, std::nullopt};
  return {plain.substr(0, *equals), plain.substr(*equals + 1)};
}

}  // namespace

std::vector<CmdlineWord> cmdline_words(std::string_view cmdline) {
  std::vector<CmdlineWord> words;
  std::size_t at = 0;
  while (at < cmdline.size()) {
    while (at < cmdline.size() && is_space(cmdline[at])) ++at;
    const std::size_t begin = at;
    bool quoted = false;
    for (; at < cmdline.size() && (quoted || !is_space(cmdline[at])); ++at)
      if (cmdline[at] == '"') quoted = !quoted;
    if (at > begin) words.push_back(word_of(cmdline.substr(begin, at - begin)));
  }
  return words;
}

bool cmdline_has(std::string_view cmdline, std::string_view word) {
  for (const CmdlineWord& have : cmdline_words(cmdline))
    if (!have.value && have.key == word) return true;
  return false;
}

std::vector<std::string> split_words(std::string_view text) {
  std::vector<std::string> words;
  std::size_t at = 0;
  while (at < text.size()) {
    while (at < text.size() && is_space(text[at])) ++at;
    const std::size_t begin = at;
    while (at < text.size() && !is_space(text[at])) ++at;
    if (at > begin) words.emplace_back(text.substr(begin, at - begin));
  }
  return words;
}

std::optional<std::string> cmdline_value(const std::string& cmdline, std::string_view key) {
  std::optional<std::string> value;
  for (CmdlineWord& word : cmdline_words(cmdline))
    if (word.value && word.key == key) value = std::move(word.value);
  return value;
}

std::optional<std::string> nixos_system(const std::string& cmdline) {
  constexpr std::string_view end = "/init";
  auto init = cmdline_value(cmdline, "init");
  if (!init || !init->starts_with("/nix/store/") || !init->ends_with(end)) return std::nullopt;
  init->resize(init->size() - end.size());
  return init;
}

}  // namespace imprint::facts

#include "guestfs/language/language.h"

#include <toml++/toml.h>

#include <array>
#include <cstdlib>
#include <map>

#include "guestfs/language/chinese.h"

namespace imprint::language {
namespace {

using Catalogue = std::map<std::string, std::string, std::less<>>;

Language current = Language::english;

/// The catalogue is part of the program and tested, so it is not expected to fail to parse.
Catalogue read_catalogue(std::string_view text) {
  Catalogue catalogue;
  for (const auto& [english, translation] : toml::parse(text))
    catalogue.emplace(english.str(), translation.value_or(std::string{english.str()}));
  return catalogue;
}

const Catalogue& chinese() {
  static const Catalogue catalogue = read_catalogue(chinese_catalogue());
  return catalogue;
}

}  // namespace

std::string_view to_string(Language language) noexcept {
  return language == Language::chinese ? "zh" : "en";
}

std::optional<Language> parse_language(std::string_view code) {
  if (code == "en") return Language::english;
  if (code == "zh") return Language::chinese;
  return std::nullopt;
}

Language language_of_environment() {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') continue;
    return parse_language(std::string_view{value}.substr(0, 2)).value_or(Language::english);
  }
  return Language::english;
}

void speak(Language language) {
  current = language;
}

Language spoken() noexcept {
  return current;
}

std::string_view translate(std::string_view english) {
  if (current == Language::english) return english;
  const auto entry = chinese().find(english);
  return entry == chinese().end() ? english : std::string_view{entry->second};
}

}  // namespace imprint::language

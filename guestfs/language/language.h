#pragma once
// The language in which reports speak to people. Ids, severities and everything for programs stay
// English.

#include <optional>
#include <string>
#include <string_view>

namespace imprint::language {

enum class Language { english, chinese };

/// "en", "zh".
std::string_view to_string(Language language) noexcept;
/// "en" or "zh", as --lang takes them; nothing for anything else.
std::optional<Language> parse_language(std::string_view code);
/// What LC_ALL, LC_MESSAGES and LANG ask for, in this order, as locale(7) has it: the first that is
/// set and not empty counts. English where they ask for a language that we do not speak.
Language language_of_environment();

/// Sets the language of this process. Meant for the start of a program, as setlocale(3) is: not
/// thread-safe with say().
void speak(Language language);
Language spoken() noexcept;

/// The sentence in the language spoken, or as it is where there is no translation. Thread-safe.
std::string_view translate(std::string_view english);

}  // namespace imprint::language

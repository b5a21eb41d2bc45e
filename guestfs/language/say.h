#pragma once

#include <fmt/format.h>

#include <string>
#include <utility>

#include "guestfs/language/language.h"

namespace imprint {

/// A sentence for people, in the language spoken: the English format string is the key of its
/// translation (guestfs/language/zh.toml), as with gettext. A test finds every call whose sentence
/// has none, and every translation whose placeholders differ.
template <typename... Values>
std::string say(fmt::format_string<Values...> english, Values&&... values) {
  const fmt::string_view text = english;
  return fmt::vformat(language::translate({text.data(), text.size()}),
                      fmt::make_format_args(values...));
}

}  // namespace imprint

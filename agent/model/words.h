#pragma once

#include <array>
#include <string_view>
#include <utility>

#include "agent/base/result.h"

namespace imprint {

/// The words of an enumeration, one table for both directions.
template <class Enum, std::size_t size>
using Words = std::array<std::pair<Enum, std::string_view>, size>;

template <class Enum, std::size_t size>
constexpr std::string_view word_of(const Words<Enum, size>& words, Enum value) noexcept {
  for (const auto& [each, word] : words)
    if (each == value) return word;
  return "";
}

/// Errc::invalid, naming the text and the noun.
template <class Enum, std::size_t size>
Result<Enum> parse_word(const Words<Enum, size>& words, std::string_view text,
                        std::string_view noun) {
  for (const auto& [each, word] : words)
    if (word == text) return each;
  return make_error(Errc::invalid, "'{}' is not a {}", text.substr(0, 80), noun);
}

}  // namespace imprint

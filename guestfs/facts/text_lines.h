#pragma once
// What all parsers of guest text share. Everything here takes any bytes.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "guestfs/facts/place.h"

namespace imprint::facts {

/// A line without its end, numbered from 1.
struct TextLine {
  int number = 0;
  std::string_view text;         ///< without "\n" and without a "\r" before it
  bool carriage_return = false;  ///< there was a "\r"
  bool ended = true;             ///< there was a "\n": false only for the last line
};

/// Splits at "\n". The views point into `text`. An empty text has no lines.
std::vector<TextLine> split_lines(std::string_view text);

/// Splits at a character; keeps empty fields. An empty text is one empty field.
std::vector<std::string> split_at(std::string_view text, char separator);

/// Splits at blanks and tabs; drops empty words.
std::vector<std::string> split_at_blanks(std::string_view text);

/// Without blanks, tabs and carriage returns at both ends.
std::string_view trim(std::string_view text);

/// ASCII letters in lower case.
std::string lower(std::string_view text);

/// Whether ASCII case aside both are the same.
bool equal_without_case(std::string_view a, std::string_view b);

/// A decimal number without sign that fills the whole text and fits.
std::optional<std::uint32_t> parse_number(std::string_view text);

/// Where a line stands; of a very long line only the beginning is kept.
Place place_of(const std::string& path, const TextLine& line);

}  // namespace imprint::facts

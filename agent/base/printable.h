#pragma once

#include <string>
#include <string_view>

namespace imprint {

/// A text from a guest or from a file's name, one line that is safe for a terminal: control
/// characters, escapes, line ends, the characters that turn the direction of text around, and bytes
/// that are not UTF-8 become "\x1b" and the like. Longer than `limit` bytes, it is cut and ends in
/// "...". Pure.
std::string printable(std::string_view text, std::size_t limit = 400);

}  // namespace imprint

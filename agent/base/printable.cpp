#include "agent/base/printable.h"

#include <fmt/format.h>

#include <optional>

namespace imprint {
namespace {

struct Character {
  char32_t code = 0;
  std::size_t size = 0;  ///< bytes
};

/// The first character of a text that is not empty; nothing if its bytes are not UTF-8 (RFC 3629:
/// no overlong forms, no surrogates).
std::optional<Character> first_character(std::string_view text) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return Character{lead, 1};
  const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < size) return std::nullopt;
  char32_t code = lead & (0x7fU >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0U) != 0x80U) return std::nullopt;
    code = code << 6 | (byte(i) & 0x3fU);
  }
  const bool overlong = (size == 3 && code < 0x800) || (size == 4 && code < 0x10000);
  const bool surrogate = code >= 0xd800 && code <= 0xdfff;
  if (overlong || surrogate || code > 0x10ffff) return std::nullopt;
  return Character{code, size};
}

/// Controls of C0 and C1, the invisible ones that reorder or hide text, and the numbers that are no
/// characters, which XML forbids.
bool is_dangerous(char32_t code) {
  return code < 0x20 || code == 0xad || code == 0x61c || code == 0x180e ||
         (code >= 0xfff9 && code <= 0xfffb) || (code & 0xfffe) == 0xfffe ||
         (code >= 0x7f && code < 0xa0) || (code >= 0x200b && code <= 0x200f) ||
         (code >= 0x2028 && code <= 0x202e) || (code >= 0x2060 && code <= 0x206f) ||
         code == 0xfeff || code >= 0xe0000;
}

}  // namespace

std::string printable(std::string_view text, std::size_t limit) {
  std::string result;
  while (!text.empty()) {
    if (result.size() >= limit) return result + "...";
    const auto character = first_character(text);
    const std::size_t size = character ? character->size : 1;
    if (character && character->code == '\t')
      result += ' ';
    else if (character && !is_dangerous(character->code))
      result += text.substr(0, size);
    else
      for (const char c : text.substr(0, size))
        result += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    text.remove_prefix(size);
  }
  return result;
}

}  // namespace imprint

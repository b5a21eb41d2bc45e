#include "guestfs/container/bytes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace imprint::container {

bool holds(Bytes bytes, std::size_t offset, std::string_view text) {
  return offset <= bytes.size() && bytes.size() - offset >= text.size() &&
         std::memcmp(bytes.data() + offset, text.data(), text.size()) == 0;
}

bool all_zero(Bytes bytes) {
  // Compares the bytes with themselves, one further on.
  return bytes.empty() || (bytes[0] == std::byte{0} &&
                           std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0);
}

std::string printable(Bytes bytes) {
  constexpr std::size_t shown_limit = 200;
  std::string text;
  for (const std::byte byte : bytes.first(std::min(bytes.size(), shown_limit))) {
    const auto character = std::to_integer<unsigned char>(byte);
    if (character >= 0x20 && character < 0x7f && character != '\\')
      text += static_cast<char>(character);
    else
      text += fmt::format("\\x{:02x}", character);
  }
  if (bytes.size() > shown_limit) text += "...";
  return text;
}

}  // namespace imprint::container

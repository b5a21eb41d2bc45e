#include "agent/base/hex.h"

#include <charconv>

namespace imprint {

std::string to_hex(std::string_view bytes) {
  std::string digits;
  for (const char byte : bytes) digits += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  return digits;
}

Result<std::string> parse_hex(std::string_view digits) {
  std::string bytes;
  for (std::size_t at = 0; at < digits.size(); at += 2) {
    const std::string_view pair = digits.substr(at, 2);
    unsigned char value = 0;
    if (pair.size() != 2 || std::from_chars(pair.begin(), pair.end(), value, 16).ptr != pair.end())
      return make_error(Errc::invalid, "these are not pairs of hexadecimal digits");
    bytes += static_cast<char>(value);
  }
  return bytes;
}

}  // namespace imprint

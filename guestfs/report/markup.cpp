#include "guestfs/report/markup.h"

#include <fmt/format.h>

#include <cstdint>

#include "agent/base/digest.h"
#include "agent/base/hex.h"
#include "agent/base/printable.h"

namespace imprint::report {
namespace {

/// RFC 4648, section 4.
std::string base64(std::string_view bytes) {
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto byte = [&](std::size_t at) {
      return at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0U;
    };
    const std::uint32_t group = byte(i) << 16 | byte(i + 1) << 8 | byte(i + 2);
    text += digits[group >> 18 & 63U];
    text += digits[group >> 12 & 63U];
    text += i + 1 < bytes.size() ? digits[group >> 6 & 63U] : '=';
    text += i + 2 < bytes.size() ? digits[group & 63U] : '=';
  }
  return text;
}

}  // namespace

std::string escaped(std::string_view text, std::size_t limit) {
  std::string result;
  for (const char c : printable(text, limit)) switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      case '\'':
        result += "&#39;";
        break;
      default:
        result += c;
    }
  return result;
}

std::string number(double value) {
  std::string text = fmt::format("{:.2f}", value);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

std::string style_digest() {
  return base64(parse_hex(digest_of(style_sheet())).value());
}

}  // namespace imprint::report

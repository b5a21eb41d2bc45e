#include "guestfs/facts/secrets.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "guestfs/facts/text_lines.h"

namespace imprint::facts {
namespace {

/// A base64 line of a PEM block has 64 characters; words of a configuration are shorter.
constexpr std::size_t long_for_a_word = 40;

bool is_base64(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '+' || c == '/' || c == '=';
}

template <std::size_t size>
bool has_one_of(std::string_view text, const std::array<std::string_view, size>& parts) {
  return std::ranges::any_of(
      parts, [&](std::string_view part) { return text.find(part) != std::string_view::npos; });
}

}  // namespace

bool holds_secrets(std::string_view path) {
  // Backups of the account files carry suffixes ("shadow-", "passwd.rpmsave"), so beginnings count.
  constexpr std::array<std::string_view, 8> beginnings{
      "shadow", "gshadow", "passwd", "opasswd", "id_", ".netrc", ".pgpass", "wpa_supplicant"};
  constexpr std::array<std::string_view, 9> ends{
      ".pem", ".key", "_key", ".p12", ".pfx", ".keytab", "_history", "-secrets", ".nmconnection"};
  constexpr std::array<std::string_view, 5> anywhere{"/cloud/", "/system-connections/",
                                                     "credential", "secret", "user-data"};
  const std::string whole = lower(path);
  const std::string name = whole.substr(whole.rfind('/') + 1);
  return has_one_of(whole, anywhere) ||
         std::ranges::any_of(beginnings, [&](auto part) { return name.starts_with(part); }) ||
         std::ranges::any_of(ends, [&](auto part) { return name.ends_with(part); });
}

bool may_hold_secret(std::string_view line) {
  constexpr std::array<std::string_view, 22> signs{
      "passw",       "passphrase", "pass=",   "pwd",        "secret",    "token",
      "apikey",      "api_key",    "api-key", "access_key", "accesskey", "access-key",
      "private key", "credential", "psk",     "$1$",        "$2",        "$5$",
      "$6$",         "$y$",        "pbkdf2",  "bearer"};
  if (has_one_of(lower(line), signs)) return true;
  const std::string_view word = trim(line);
  return word.size() >= long_for_a_word && std::ranges::all_of(word, is_base64);
}

}  // namespace imprint::facts

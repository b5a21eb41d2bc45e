// Passwords that everybody knows. A dictionary of a handful: this is a gate, no cracker.

#include <crypt.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>

#include "guestfs/language/say.h"
#include "guestfs/rules/evidence.h"
#include "guestfs/rules/seal_rules.h"

namespace imprint::rules {
namespace {

/// What a try costs, in units of about four milliseconds, and what all tries of one image may cost.
/// Counted and not measured, so that the answer does not depend on the host.
constexpr unsigned most_cost = 250;

/// Defaults of installers, of images that are handed around, and what people type.
constexpr std::array<std::string_view, 13> known_passwords{
    "root",     "123456",  "password", "toor",      "admin",    "12345678", "P@ssw0rd",
    "changeme", "vagrant", "centos",   "cubswin:)", "gocubsgo", "1234"};

enum class Method { none, weak, strong };

struct Digest {
  Method method = Method::none;
  unsigned cost = 0;  ///< of one try; 0: it is not tried, because it could take any time
};

std::optional<unsigned> number_before(std::string_view text, char end) {
  unsigned value = 0;
  const auto [at, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc{} && at != text.data() + text.size() && *at == end;
  return whole ? std::optional{value} : std::nullopt;
}

/// SHA-256 and SHA-512 of crypt(5): 5000 rounds unless the digest says otherwise.
Digest sha_digest(std::string_view rest) {
  constexpr std::string_view word = "rounds=";
  if (!rest.starts_with(word)) return {Method::strong, 1};
  const auto rounds = number_before(rest.substr(word.size()), '$');
  return {Method::strong, rounds && *rounds <= 20'000 ? *rounds / 5000 + 1 : 0};
}

/// bcrypt: two digits of cost, a power of two.
Digest bcrypt_digest(std::string_view rest) {
  const auto power = number_before(rest, '$');
  return {Method::strong, power && *power <= 10 ? 16U : 0};
}

/// yescrypt: "j9T" is libxcrypt's own choice, of 16 MiB; the digit is a power of two.
Digest yescrypt_digest(std::string_view rest) {
  const bool is_usual = rest.size() > 4 && rest[0] == 'j' && rest[1] >= '1' && rest[1] <= '9' &&
                        rest[2] == 'T' && rest[3] == '$';
  return {Method::strong, is_usual ? 10U : 0};
}

bool is_des(std::string_view field) {
  constexpr std::size_t length = 13;
  return field.size() == length && std::all_of(field.begin(), field.end(), [](char c) {
           return (c >= '.' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
         });
}

Digest look_at_digest(std::string_view field) {
  if (is_des(field)) return {Method::weak, 1};
  if (field.starts_with("$1$")) return {Method::weak, 1};
  if (field.starts_with("$5$") || field.starts_with("$6$")) return sha_digest(field.substr(3));
  if (field.starts_with("$y$")) return yescrypt_digest(field.substr(3));
  for (const std::string_view start : {"$2a$", "$2b$", "$2y$"})
    if (field.starts_with(start)) return bcrypt_digest(field.substr(4));
  return {};
}

bool matches(const std::string& password, const std::string& digest, crypt_data& memory) {
  const char* result = ::crypt_r(password.c_str(), digest.c_str(), &memory);
  return result != nullptr && digest == result;
}

/// Tries what everybody tries first, the account's own name before all.
bool is_known(const facts::ShadowRow& row, unsigned cost, unsigned& left, crypt_data& memory) {
  std::vector<std::string> tries{row.name};
  tries.insert(tries.end(), known_passwords.begin(), known_passwords.end());
  for (const std::string& password : tries) {
    if (cost > left) return false;
    left -= cost;
    if (matches(password, row.password, memory)) return true;
  }
  return false;
}

Answer password_weak(const Context& context) {
  const facts::AccountFacts& accounts = context.facts.accounts;
  if (accounts.shadow.is_unreadable()) return unreadable(accounts.shadow);
  const auto memory = std::make_unique<crypt_data>();
  unsigned left = most_cost;
  bool is_tried = false;
  Answer answer;
  const auto fire = [&](const facts::Place& place, std::string message) -> Evidence& {
    answer.fired.push_back(evidence_at(place, std::move(message)));
    answer.fired.back().text.clear();
    return answer.fired.back();
  };
  for (const facts::ShadowRow& row : accounts.shadows) {
    if (row.fields != 9 || !holds_password(row.password)) continue;
    const Digest digest = look_at_digest(row.password);
    is_tried = is_tried || digest.cost > 0;
    if (digest.cost > 0 && is_known(row, digest.cost, left, *memory))
      fire(row.place, say("the password of '{}' is one that everybody tries first", row.name));
    else if (digest.method == Method::weak)
      fire(row.place,
           say("the password of '{}' is hashed in a way that is quickly broken", row.name))
          .severity = Severity::warning;
  }
  answer.not_applicable = !is_tried;
  return answer;
}

constexpr std::array rules{
    Rule{"seal.password-weak", Severity::warning, "no password is one that everybody knows",
         "whoever tries the usual passwords is let in", "give the account another password",
         password_weak},
};

}  // namespace

std::span<const Rule> seal_password_rules() {
  return rules;
}

}  // namespace imprint::rules

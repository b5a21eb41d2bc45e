#include "agent/cli/password.h"

#include <crypt.h>
#include <string.h>

#include <array>
#include <istream>
#include <memory>

namespace imprint::cli {
namespace {

constexpr std::size_t length_limit = CRYPT_MAX_PASSPHRASE_SIZE;

/// Overwrites a text at its end.
class Wiped {
 public:
  explicit Wiped(std::string& text) : text_{text} {}
  Wiped(const Wiped&) = delete;
  Wiped& operator=(const Wiped&) = delete;
  ~Wiped() { ::explicit_bzero(text_.data(), text_.size()); }

 private:
  std::string& text_;
};

Result<std::string> hash(const std::string& password, const char* prefix) {
  std::array<char, CRYPT_GENSALT_OUTPUT_SIZE> salt{};
  if (::crypt_gensalt_rn(prefix, 0, nullptr, 0, salt.data(), static_cast<int>(salt.size())) ==
      nullptr)
    return make_error(Errc::unavailable, "crypt offers no method '{}'", prefix);
  const auto data = std::make_unique<crypt_data>();
  const char* hashed = ::crypt_r(password.c_str(), salt.data(), data.get());
  std::string text = hashed == nullptr ? "" : hashed;
  ::explicit_bzero(data.get(), sizeof(crypt_data));
  if (text.empty() || text.starts_with('*'))
    return make_error(Errc::internal, "the password cannot be hashed");
  return text;
}

}  // namespace

Result<Secret> hash_password(std::istream& in) {
  std::string password;
  password.reserve(length_limit + 1);  // no copies are left behind by growing
  const Wiped wiped{password};
  if (!std::getline(in, password) || password.empty())
    return make_error(Errc::invalid, "no password on standard input");
  if (password.size() >= length_limit || password.find('\0') != std::string::npos)
    return make_error(Errc::invalid,
                      "the password on standard input is too long or holds a zero byte");
  auto hashed = hash(password, "$y$");
  if (!hashed) hashed = hash(password, "$6$");
  return Secret{TRY(std::move(hashed))};
}

}  // namespace imprint::cli

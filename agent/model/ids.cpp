#include "agent/model/ids.h"

#include <openssl/evp.h>
#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace imprint {
namespace {

constexpr std::size_t id_digits = 12;

bool is_lower_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

template <std::size_t size>
std::array<unsigned char, size> random_bytes() {
  std::array<unsigned char, size> bytes{};
  // getrandom(2): up to 256 bytes are never cut short once the pool is ready.
  [[maybe_unused]] const ssize_t count = ::getrandom(bytes.data(), bytes.size(), 0);
  return bytes;
}

std::string uuid_text(std::array<unsigned char, 16> bytes, unsigned version) {
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0FU) | (version << 4U));
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3FU) | 0x80U);
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += fmt::format("{:02x}", bytes[i]);
  }
  return text;
}

}  // namespace

template <class Tag>
Result<Id<Tag>> Id<Tag>::parse(std::string_view text) {
  const std::string start = std::string{Tag::prefix} + "-";
  const bool well_formed = text.starts_with(start) && text.size() == start.size() + id_digits &&
                           std::all_of(text.begin() + static_cast<std::ptrdiff_t>(start.size()),
                                       text.end(), is_lower_hex);
  if (!well_formed)
    return make_error(Errc::invalid, "'{}' is no {} id: expected {} and {} digits",
                      text.substr(0, 80), Tag::noun, start, id_digits);
  return Id{std::string{text}};
}

template <class Tag>
Id<Tag> Id<Tag>::generate() {
  std::string text = std::string{Tag::prefix} + "-";
  for (const unsigned char byte : random_bytes<id_digits / 2>())
    text += fmt::format("{:02x}", byte);
  return Id{std::move(text)};
}

template class Id<InstanceTag>;
template class Id<ImageTag>;
template class Id<JobTag>;

Result<Sha256> Sha256::parse(std::string_view text) {
  std::string hex{text.starts_with("sha256:") ? text.substr(7) : text};
  std::transform(hex.begin(), hex.end(), hex.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (hex.size() != 64 || !std::all_of(hex.begin(), hex.end(), is_lower_hex))
    return make_error(Errc::invalid, "'{}' is not a SHA-256 digest: expected 64 hexadecimal digits",
                      text.substr(0, 80));
  return Sha256{std::move(hex)};
}

std::string machine_uuid(const InstanceId& instance) {
  const std::string name = "imprint.instance:" + instance.str();
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  EVP_Digest(name.data(), name.size(), digest.data(), nullptr, EVP_sha1(), nullptr);
  std::array<unsigned char, 16> bytes{};
  std::copy_n(digest.begin(), bytes.size(), bytes.begin());
  return uuid_text(bytes, 5);
}

std::string random_uuid() {
  return uuid_text(random_bytes<16>(), 4);
}

Result<std::string> parse_name(std::string_view text, std::string_view noun) {
  const auto allowed = [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '.' || c == '_' || c == '-';
  };
  const bool well_formed = !text.empty() && text.size() <= 63 &&
                           std::isalnum(static_cast<unsigned char>(text.front())) != 0 &&
                           std::all_of(text.begin(), text.end(), allowed);
  if (!well_formed)
    return make_error(Errc::invalid,
                      "'{}' is no {} name: 1 to 63 of letters, digits, '.', '_' and '-', "
                      "starting with a letter or digit",
                      text.substr(0, 80), noun);
  return std::string{text};
}

}  // namespace imprint

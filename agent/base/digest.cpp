#include "agent/base/digest.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <vector>

#include "agent/base/fd.h"

namespace imprint {

void Digester::Free::operator()(evp_md_ctx_st* context) const noexcept {
  EVP_MD_CTX_free(context);
}

Digester::Digester() : context_{EVP_MD_CTX_new()} {
  EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr);
}
Digester::~Digester() = default;
Digester::Digester(Digester&&) noexcept = default;
Digester& Digester::operator=(Digester&&) noexcept = default;

void Digester::update(std::span<const std::byte> bytes) {
  EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size());
}

std::string Digester::finish() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned size = 0;
  EVP_DigestFinal_ex(context_.get(), digest.data(), &size);
  std::string text;
  for (unsigned i = 0; i < size; ++i) text += fmt::format("{:02x}", digest[i]);
  return text;
}

std::string digest_of(std::string_view text) {
  Digester digester;
  digester.update(std::as_bytes(std::span{text}));
  return digester.finish();
}

Result<std::string> digest_of_file(const std::filesystem::path& path,
                                   const std::function<bool()>& cancelled) {
  const Fd fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!fd.valid()) return system_error(errno, "file '" + path.string() + "'");
  Digester digester;
  std::vector<std::byte> buffer(std::size_t{1} << 20);
  for (;;) {
    if (cancelled && cancelled()) return make_error(Errc::cancelled, "cancelled");
    const ssize_t count = ::read(fd.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_error(errno, "file '" + path.string() + "'");
    if (count == 0) return digester.finish();
    digester.update(std::span{buffer}.first(static_cast<std::size_t>(count)));
  }
}

}  // namespace imprint

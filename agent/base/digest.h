#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "agent/base/owned.h"
#include "agent/base/result.h"

struct evp_md_ctx_st;

namespace imprint {

/// SHA-256 of a stream (FIPS 180-4, computed by OpenSSL). Not thread-safe; one per stream.
class Digester {
 public:
  Digester();
  ~Digester();
  Digester(Digester&&) noexcept;
  Digester& operator=(Digester&&) noexcept;

  void update(std::span<const std::byte> bytes);
  /// 64 lower-case hexadecimal digits. Call once, last.
  std::string finish();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const noexcept;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

/// The digest of the text's bytes.
std::string digest_of(std::string_view text);

/// The digest of a file's content. Errors carry the path. Errc::cancelled as soon as `cancelled`,
/// which may be empty, says so.
Result<std::string> digest_of_file(const std::filesystem::path& path,
                                   const std::function<bool()>& cancelled = {});

}  // namespace imprint

#pragma once

#include <chrono>
#include <filesystem>

#include "agent/ports/image_source.h"

namespace imprint::store {

struct HttpOptions {
  std::chrono::seconds stall_limit{
      30};  ///< without a byte for so long, a download has failed; there is no total limit
  std::filesystem::path ca_file{};  ///< of the certificates to trust; empty: the system's
  std::filesystem::path program{};  ///< imprint-fetch; empty: beside this program, else in libexec
};

/// The ImageSource port: an absolute path, or an http or https URL without user name and password.
/// At most five redirects, never from https to http. URLs appear in errors without their query.
class LocalImageSource : public ImageSource {
 public:
  LocalImageSource() = default;
  explicit LocalImageSource(HttpOptions options) : options_{std::move(options)} {}

  Result<Fetched> fetch(const std::string& source, const std::filesystem::path& target,
                        std::uint64_t limit,
                        const std::function<bool(FetchProgress)>& progress) override;

 private:
  HttpOptions options_;
};

}  // namespace imprint::store

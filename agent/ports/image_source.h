#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "agent/model/ids.h"

namespace imprint {

struct FetchProgress {
  std::uint64_t done = 0;   ///< bytes
  std::uint64_t total = 0;  ///< 0: unknown
};

struct Fetched {
  Sha256 digest;  ///< of the bytes as received
  std::uint64_t size = 0;
};

/// Where images come from: a file on the node, or http and https. Thread-safe.
class ImageSource {
 public:
  virtual ~ImageSource() = default;

  /// Copies the source to `target` (which must not exist) while hashing; synced on success, removed
  /// on failure. `progress` is told at most ten times a second and answers false to cancel.
  /// Errc::not_found: no such file, HTTP 404; invalid: not a regular file, unsupported URL, an HTTP
  /// 4xx; unavailable: HTTP 5xx, no progress for 30 s, connection refused; exhausted: larger than
  /// `limit` bytes, no space; cancelled. Holes of a local file stay holes.
  virtual Result<Fetched> fetch(const std::string& source, const std::filesystem::path& target,
                                std::uint64_t limit,
                                const std::function<bool(FetchProgress)>& progress) = 0;
};

}  // namespace imprint

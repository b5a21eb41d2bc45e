#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "agent/base/result.h"

namespace imprint::api {

struct Outgoing {
  std::string method = "GET";
  std::string path;  ///< with its query, encoded
  std::string body;
  std::string idempotency_key;
  std::optional<std::int64_t> expected_generation = std::nullopt;  ///< becomes If-Match
};

/// One request over a Unix socket. The body of a 2xx answer; otherwise the error that the problem
/// document tells of. Errors of the transport are those of Client.
Result<std::string> exchange(const std::filesystem::path& socket, const Outgoing& outgoing);

/// The text as one segment of a path or one value of a query.
std::string encode(const std::string& text);

}  // namespace imprint::api

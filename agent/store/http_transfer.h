#pragma once
// Runs in imprint-fetch alone: bytes of strangers, and libcurl, which reads them.

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "agent/base/result.h"

namespace imprint::store {

struct Address {
  std::string url;
  std::string shown;  ///< for messages: without the query, which may carry a signature
  bool secure = false;
};

/// Errc::invalid: no http or https URL, or one with a user name or a password.
Result<Address> parse_address(const std::string& text);

struct TransferOptions {
  long stall_limit = 30;          ///< seconds
  std::filesystem::path ca_file;  ///< of the certificates to trust; empty: the system's
  /// Told of the size, in bytes, whenever the server says another; 0: unknown.
  std::function<void(std::uint64_t)> total;
};

/// Writes the file behind the address to the descriptor. Errors as of ImageSource::fetch.
Result<> transfer(const Address& address, const TransferOptions& options, int target);

}  // namespace imprint::store

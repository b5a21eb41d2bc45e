#pragma once
// A request's way from the wire to its handler and back, free of sockets: admission from the head
// alone, so that a refused request's body is never read, then the answer.

#include <optional>
#include <string>
#include <variant>

#include "agent/api/auth.h"
#include "agent/api/routes.h"

namespace imprint::api {

inline constexpr std::size_t body_limit = std::size_t{1} << 20;

/// What stands before a request's body.
struct Head {
  std::string method;
  std::string path;
  std::vector<std::pair<std::string, std::string>> query;
  std::optional<std::string> content_length;
  std::string idempotency_key;  ///< empty: none
  std::optional<std::string> if_match = std::nullopt;
};

struct Admitted {
  const Route* route = nullptr;
  Request request;  ///< all but the body
};

/// Checks path, method, role, query keys, the key's form and the announced length. A refusal is the
/// whole answer.
std::variant<Admitted, Response> admit(const Access& access, const Peer& peer, const Head& head);

/// Whether the answer may take long because the caller wants to wait for something.
bool is_long_poll(const Admitted& admitted);

/// Reads the body, runs the handler, and writes one log line for each change. Never throws.
Response answer(Context& context, Admitted admitted, const std::string& body);

/// The problem document for an error.
Response refusal(const Error& error);
/// 413, for a body that grew over the limit while it was read.
Response too_large();

}  // namespace imprint::api

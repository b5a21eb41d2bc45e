#pragma once
// What the agent and its child imprint-fetch agree upon. The child gets the URL on standard input,
// where no other user sees it, and as arguments: the descriptor that the bytes of the file go to,
// the seconds after which it has stalled, and the file of certificates (empty: the system's). It
// tells of itself on standard output, a line each:
//
//     address https://host/image.qcow2     for messages: without the query
//     total 1048576                        bytes, as the server says; whenever that changes

#include <string_view>

namespace imprint::store {

constexpr std::string_view told_address = "address ";
constexpr std::string_view told_total = "total ";

/// How imprint-fetch ends; unless done, the reason is on standard error.
enum class FetchStatus { done = 0, unavailable = 1, invalid = 2, not_found = 3 };

}  // namespace imprint::store

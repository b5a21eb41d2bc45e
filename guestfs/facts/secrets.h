#pragma once
// What of a guest is never shown.

#include <string_view>

namespace imprint::facts {

/// Whether a file of this path holds secrets by its nature: password digests, keys, credentials,
/// histories. Errs on the safe side. Pure.
bool holds_secrets(std::string_view path);

/// Whether a line may hold a password, a digest of one, a key or a token. Errs on the safe side.
/// Pure.
bool may_hold_secret(std::string_view line);

}  // namespace imprint::facts

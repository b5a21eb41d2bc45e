#pragma once

#include <iosfwd>

#include "agent/base/result.h"
#include "agent/model/request.h"

namespace imprint::cli {

/// Reads one line and hashes it for crypt(5): yescrypt, or SHA-512 where the library has none. The
/// plain text is wiped. Errc::invalid: no line, an empty one, or one longer than 512 bytes.
Result<Secret> hash_password(std::istream& in);

}  // namespace imprint::cli

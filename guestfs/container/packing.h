#pragma once
// How a file is packed, told by its first bytes and nothing else of it.

#include <optional>
#include <string_view>

#include "agent/base/result.h"
#include "guestfs/container/byte_source.h"

namespace imprint::container {

enum class Packing { gzip, bzip2, xz, zstd };
std::string_view to_string(Packing packing) noexcept;

/// How the file is packed, by its first bytes, whatever its name; nothing if it is not. Errc of the
/// source if it cannot be read.
Result<std::optional<Packing>> packing_of(ByteSource& source);

}  // namespace imprint::container

#pragma once

#include <cstdint>

#include "guestfs/container/bytes.h"

namespace imprint::container {

/// CRC-32C (Castagnoli), as VHDX uses it. zlib has only the other polynomial.
std::uint32_t crc32c(Bytes bytes);

}  // namespace imprint::container

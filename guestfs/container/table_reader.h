#pragma once

#include <algorithm>

#include "guestfs/container/byte_source.h"
#include "guestfs/container/bytes.h"

namespace imprint::container {

/// Calls `visit(index, entry)` for `count` entries of `entry_size` bytes that stand one behind the
/// other from `offset`; fewer where the source ends. Reads in chunks, so that a table of any size
/// takes little memory. Errc of the source if it cannot be read.
template <class Visit>
Result<> for_each_entry(ByteSource& source, std::uint64_t offset, std::uint64_t count,
                        std::size_t entry_size, Visit&& visit) {
  constexpr std::size_t chunk_bytes = std::size_t{1} << 20;
  const std::size_t per_chunk = chunk_bytes / entry_size;
  for (std::uint64_t first = 0; first < count; first += per_chunk) {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(per_chunk, count - first));
    const auto chunk = TRY(read_range(source, offset + first * entry_size, wanted * entry_size));
    for (std::size_t i = 0; (i + 1) * entry_size <= chunk.size(); ++i)
      visit(first + i, Bytes{chunk}.subspan(i * entry_size, entry_size));
    if (chunk.size() < wanted * entry_size) break;
  }
  return {};
}

}  // namespace imprint::container

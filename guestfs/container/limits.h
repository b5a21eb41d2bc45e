#pragma once
// What the gate reads and lets pass at most, whatever the format.

#include <cstdint>

namespace imprint::container {

/// The largest disk that an image may promise: larger than any system disk that a cloud offers.
inline constexpr std::uint64_t virtual_size_limit = std::uint64_t{16} << 40;

/// How many bytes of block tables are read at most. As qcow2 clusters of 64 KiB they map 4 TiB.
inline constexpr std::uint64_t table_bytes_budget = std::uint64_t{512} << 20;

}  // namespace imprint::container

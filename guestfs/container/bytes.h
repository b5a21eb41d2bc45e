#pragma once
// Numbers and texts inside untrusted bytes. Reading past the end of a span is a fault of the
// caller: check sizes first.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

namespace imprint::container {

using Bytes = std::span<const std::byte>;

template <class Number>
[[nodiscard]] Number little_endian(Bytes bytes, std::size_t offset) {
  static_assert(std::endian::native == std::endian::little, "the agent runs on x86-64 and arm64");
  Number value;
  std::memcpy(&value, bytes.subspan(offset, sizeof(Number)).data(), sizeof(Number));
  return value;
}

/// Not byte by byte: hundreds of MiB of cluster tables go through here.
template <class Number>
[[nodiscard]] Number big_endian(Bytes bytes, std::size_t offset) {
  const auto value = little_endian<Number>(bytes, offset);
  if constexpr (sizeof(Number) == 8) return __builtin_bswap64(value);
  if constexpr (sizeof(Number) == 4) return __builtin_bswap32(value);
  if constexpr (sizeof(Number) == 2) return __builtin_bswap16(value);
}

/// Whether exactly these characters stand at `offset`; false where the bytes end before.
[[nodiscard]] bool holds(Bytes bytes, std::size_t offset, std::string_view text);

/// Whether there is nothing but zeros; true for no bytes at all. As fast as memory is, where most
/// tables are holes.
[[nodiscard]] bool all_zero(Bytes bytes);

/// Bytes from an image made safe to show: at most 200 of them, everything but printable ASCII as
/// \xNN.
[[nodiscard]] std::string printable(Bytes bytes);

}  // namespace imprint::container

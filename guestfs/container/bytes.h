#pragma once
// Numbers and texts inside untrusted bytes. Reading past the end of a span is a fault of the
// caller: check sizes first.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace imprint::container {

using Bytes = std::span<const std::byte>;

template <class Number>
[[nodiscard]] Number big_endian(Bytes bytes, std::size_t offset) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < sizeof(Number); ++i)
    value = (value << 8) | std::to_integer<std::uint64_t>(bytes[offset + i]);
  return static_cast<Number>(value);
}

template <class Number>
[[nodiscard]] Number little_endian(Bytes bytes, std::size_t offset) {
  std::uint64_t value = 0;
  for (std::size_t i = sizeof(Number); i > 0; --i)
    value = (value << 8) | std::to_integer<std::uint64_t>(bytes[offset + i - 1]);
  return static_cast<Number>(value);
}

/// Whether exactly these characters stand at `offset`; false where the bytes end before.
[[nodiscard]] bool holds(Bytes bytes, std::size_t offset, std::string_view text);

/// Bytes from an image made safe to show: at most 200 of them, everything but printable ASCII as
/// \xNN.
[[nodiscard]] std::string printable(Bytes bytes);

}  // namespace imprint::container

#pragma once
// Numbers in bytes that were read from a disk.

#include <cstdint>
#include <string_view>

namespace imprint::guest {

/// The number of type T at an offset, lowest byte first; 0 where the bytes end before it.
template <class T>
T little(std::string_view bytes, std::size_t at) {
  if (at > bytes.size() || bytes.size() - at < sizeof(T)) return 0;
  T value = 0;
  for (std::size_t i = sizeof(T); i-- > 0;)
    value = static_cast<T>(value << 8U | static_cast<unsigned char>(bytes[at + i]));
  return value;
}

/// The same with the highest byte first.
template <class T>
T big(std::string_view bytes, std::size_t at) {
  if (at > bytes.size() || bytes.size() - at < sizeof(T)) return 0;
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i)
    value = static_cast<T>(value << 8U | static_cast<unsigned char>(bytes[at + i]));
  return value;
}

}  // namespace imprint::guest

#pragma once
// What a fuzzer's bytes are to a target, and what a target does when something is wrong.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace imprint::fuzz {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

inline std::vector<std::byte> bytes_of(const std::uint8_t* data, std::size_t size) {
  const auto* first = reinterpret_cast<const std::byte*>(data);
  return {first, first + size};
}

/// The first byte of the input as a choice, the rest as the text: `text` loses that byte.
inline std::uint8_t choice_of(std::string_view& text) {
  if (text.empty()) return 0;
  const auto choice = static_cast<std::uint8_t>(text.front());
  text.remove_prefix(1);
  return choice;
}

/// What must be true whatever the bytes; the fuzzer keeps the input for which it is not.
inline void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

/// Lines are counted from 1 and end where the text does.
inline void require_line(int line, std::string_view text) {
  std::size_t lines = 1;
  for (const char c : text) lines += c == '\n' ? 1U : 0U;
  require(line >= 1 && static_cast<std::size_t>(line) <= lines, "a place lies within the text");
}

}  // namespace imprint::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

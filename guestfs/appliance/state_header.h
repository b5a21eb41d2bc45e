#pragma once
// The first bytes of a state file; state_file.h has the whole format.

#include <cstdint>
#include <string>

#include "agent/base/result.h"

namespace imprint::appliance {

inline constexpr std::size_t header_size = 512;
inline constexpr std::size_t page_size = 4096;

/// Pages that lie together, by number.
struct PageRun {
  std::uint64_t first = 0;
  std::uint64_t count = 0;
};

struct StateHeader {
  std::string key;
  std::string digest;
  std::uint64_t memory = 0;
  std::uint64_t devices = 0;
  std::uint64_t runs = 0;
  std::uint64_t pages = 0;

  [[nodiscard]] std::uint64_t file_size() const {
    return header_size + devices + runs * sizeof(PageRun) + pages * page_size;
  }
};

/// As it stands in the file: header_size bytes.
std::string header_text(const StateHeader& header);

/// Errc::conflict: another version's; corrupt: it is damaged, or its numbers make no sense. `path`
/// is for the message.
Result<StateHeader> parse_header(const std::string& text, const std::string& path);

}  // namespace imprint::appliance

#pragma once
// The structures of a VHD (Microsoft's "Virtual Hard Disk Image Format Specification" 1.0), as
// numbers; all of them big-endian. Judging is in vhd.cpp.

#include <cstdint>
#include <optional>
#include <string>

#include "guestfs/container/bytes.h"

namespace imprint::container::vhd {

inline constexpr std::string_view cookie = "conectix";
inline constexpr std::size_t footer_length = 512;
inline constexpr std::size_t dynamic_header_length = 1024;
inline constexpr std::uint64_t sector_size = 512;

enum class DiskType : std::uint32_t { fixed = 2, dynamic = 3, differencing = 4 };

/// At the end of every VHD, and once more at the start of one that is not fixed.
struct Footer {
  std::uint64_t data_offset = 0;  ///< of the dynamic header
  std::string creator;            ///< four characters
  std::uint64_t current_size = 0;
  std::uint32_t cylinders = 0;
  std::uint32_t heads = 0;
  std::uint32_t sectors = 0;
  std::uint32_t type = 0;
  std::uint32_t checksum = 0;
  std::uint32_t computed_checksum = 0;

  [[nodiscard]] bool sound() const { return checksum == computed_checksum; }
  [[nodiscard]] std::uint64_t geometry_size() const {
    return std::uint64_t{cylinders} * heads * sectors * sector_size;
  }
  /// Virtual PC and early QEMU go by the geometry, everybody else by the size; all go by the size
  /// where the geometry is at its end.
  [[nodiscard]] bool goes_by_geometry() const;
  /// What QEMU, and therefore the guest, sees; bytes.
  [[nodiscard]] std::uint64_t virtual_size() const;
};

/// Nothing if these bytes are no footer.
std::optional<Footer> read_footer(Bytes bytes);

struct DynamicHeader {
  std::uint64_t table_offset = 0;
  std::uint32_t table_entries = 0;
  std::uint32_t block_size = 0;
  bool sound = false;  ///< the checksum is right

  /// Of the sector bitmap before each block.
  [[nodiscard]] std::uint64_t bitmap_size() const {
    return (block_size / sector_size / 8 + sector_size - 1) / sector_size * sector_size;
  }
};

/// Nothing if these bytes are no dynamic header.
std::optional<DynamicHeader> read_dynamic_header(Bytes bytes);

}  // namespace imprint::container::vhd

#pragma once
// The structures of a VHDX ([MS-VHDX], version 1), as numbers; all of them little-endian. What each
// may be is judged in vhdx.cpp and vhdx_blocks.cpp.

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "agent/base/result.h"
#include "agent/model/report.h"
#include "guestfs/container/byte_source.h"
#include "guestfs/container/bytes.h"

namespace imprint::container::vhdx {

inline constexpr std::uint64_t mib = std::uint64_t{1} << 20;

using Guid = std::array<std::byte, 16>;

/// The one of the two headers that counts.
struct Header {
  std::uint64_t sequence = 0;
  Guid log_guid{};
  std::uint16_t log_version = 0;
  std::uint32_t log_length = 0;
  std::uint64_t log_offset = 0;

  [[nodiscard]] bool has_log() const { return log_guid != Guid{} && log_length != 0; }
};

struct Region {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

/// What the region table and the metadata say.
struct Layout {
  Region blocks;
  Region metadata;
  std::uint64_t block_size = 0;
  std::uint64_t virtual_size = 0;
  std::uint32_t logical_sector = 0;
  bool has_parent = false;

  /// Payload blocks for each entry of a sector bitmap, which stands between them in the table.
  [[nodiscard]] std::uint64_t chunk_ratio() const {
    return (std::uint64_t{1} << 23) * logical_sector / block_size;
  }
};

/// Both headers, the one with the higher sequence number. Nothing and a finding of disk.vhdx-table
/// if neither is sound.
Result<std::optional<Header>> read_headers(ByteSource& source, std::vector<Finding>& findings);

/// The region tables. False and a finding of disk.vhdx-table if they cannot be relied on.
Result<bool> read_regions(ByteSource& source, const Header& header, Layout& layout,
                          std::vector<Finding>& findings);

/// The metadata table and its items. False and a finding of disk.vhdx-table or disk.truncated if
/// they cannot be relied on.
Result<bool> read_metadata(ByteSource& source, Layout& layout, std::vector<Finding>& findings);

/// disk.vhdx-dirty-log: a log that has not been written back. True: it holds changes, so that the
/// tables in the file may be old.
Result<bool> check_log(ByteSource& source, const Header& header, std::vector<Finding>& findings);

/// The block table: all of it and of what it refers to inside the file. The layout must have been
/// judged sound.
Result<> walk_blocks(ByteSource& source, const Layout& layout, std::vector<Finding>& findings);

}  // namespace imprint::container::vhdx

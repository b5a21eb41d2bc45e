#pragma once
// The parts of a VMDK ("Virtual Disk Format 5.0" of VMware): the header of a sparse extent, its
// text descriptor, the footer of a stream, the grain tables.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.h"
#include "agent/model/report.h"
#include "guestfs/container/byte_source.h"
#include "guestfs/container/bytes.h"

namespace imprint::container::vmdk {

inline constexpr std::string_view magic = "KDMV";
inline constexpr std::uint64_t sector_size = 512;
inline constexpr std::uint64_t descriptor_limit = (std::uint64_t{1} << 20) - 1;  // QEMU's own

/// The header of a sparse extent, and the same once more as the footer of a stream. Little-endian;
/// places and sizes are in sectors.
struct Header {
  std::uint32_t version = 0;
  std::uint32_t flags = 0;
  std::uint64_t capacity = 0;
  std::uint64_t grain = 0;
  std::uint64_t descriptor_at = 0;
  std::uint64_t descriptor_size = 0;
  std::uint32_t entries_per_table = 0;
  std::uint64_t redundant_directory_at = 0;
  std::uint64_t directory_at = 0;
  std::uint64_t data_at = 0;
  bool line_ends_intact = false;  ///< no transfer took the file for a text
  std::uint16_t compression = 0;

  static constexpr std::uint64_t directory_in_footer = ~std::uint64_t{0};
  [[nodiscard]] bool compressed() const { return compression == 1; }
  [[nodiscard]] bool has_redundant_directory() const { return (flags & 2) != 0; }
  [[nodiscard]] bool has_zero_grains() const { return (flags & 4) != 0; }
  [[nodiscard]] std::uint64_t table_covers() const { return grain * entries_per_table; }
  [[nodiscard]] std::uint64_t tables() const {
    return (capacity + table_covers() - 1) / table_covers();
  }
};

/// Of at least 512 bytes that begin with the magic.
Header read_header(Bytes bytes);

/// disk.vmdk-header, disk.size-bomb. After any error of them no table may be walked.
std::vector<Finding> check_sizes(const Header& header);

/// The descriptor's lines: disk.vmdk-subformat (a createType that is not one file),
/// disk.vmdk-extent-path (a line that is none of those that a descriptor has, an extent that lies
/// elsewhere), disk.differencing (a parent). `compressed`: what the header says. `text` reaches to
/// the first NUL.
std::vector<Finding> check_descriptor(std::string_view text, bool compressed);

/// The createType of a descriptor, as it stands there; empty if it has none.
std::string create_type_of(std::string_view text);

/// disk.vmdk-extent-path for each extent with a path in its name; nothing for other lines.
std::vector<Finding> check_extent_paths(std::string_view text);

/// The header that counts: the footer's if the header says so. Nothing, and a finding of
/// disk.vmdk-footer or disk.truncated, if that cannot be relied on.
Result<std::optional<Header>> read_footer(ByteSource& source, const Header& header,
                                          std::vector<Finding>& findings);

/// The grain directory, the grain tables, and the grains inside the file. The header must have
/// passed check_sizes.
Result<std::vector<Finding>> walk_tables(ByteSource& source, const Header& header);

}  // namespace imprint::container::vmdk

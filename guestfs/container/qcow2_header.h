#pragma once
// The header of qcow2 versions 2 and 3 (docs/interop/qcow2.txt of QEMU), as numbers; judging is
// next door.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/model/report.h"
#include "guestfs/container/bytes.h"
#include "guestfs/container/limits.h"

namespace imprint::container::qcow2 {

/// QEMU's own limits (block/qcow2.h): it refuses what is larger.
inline constexpr std::uint64_t l1_bytes_limit = std::uint64_t{32} << 20;
inline constexpr std::uint64_t refcount_table_bytes_limit = std::uint64_t{8} << 20;
inline constexpr std::uint32_t snapshots_limit = 65536;
inline constexpr std::uint32_t backing_name_limit = 1023;

namespace incompatible {
inline constexpr std::uint64_t dirty = 1;
inline constexpr std::uint64_t corrupt = 2;
inline constexpr std::uint64_t data_file = 4;
inline constexpr std::uint64_t compression_type = 8;
inline constexpr std::uint64_t extended_l2 = 16;
inline constexpr std::uint64_t known = 31;
}  // namespace incompatible

struct Header {
  std::uint32_t version = 0;
  std::uint64_t backing_offset = 0;
  std::uint32_t backing_size = 0;
  std::uint32_t cluster_bits = 0;
  std::uint64_t virtual_size = 0;
  std::uint32_t crypt_method = 0;
  std::uint32_t l1_size = 0;  ///< entries
  std::uint64_t l1_offset = 0;
  std::uint64_t refcount_table_offset = 0;
  std::uint32_t refcount_table_clusters = 0;
  std::uint32_t snapshot_count = 0;
  std::uint64_t snapshots_offset = 0;
  std::uint64_t incompatible_features = 0;
  std::uint32_t refcount_order = 4;
  std::uint32_t header_length = 72;
  std::uint8_t compression_type = 0;

  [[nodiscard]] std::uint64_t cluster_size() const { return std::uint64_t{1} << cluster_bits; }
  [[nodiscard]] bool has(std::uint64_t feature) const {
    return (incompatible_features & feature) != 0;
  }
  [[nodiscard]] std::uint64_t l2_entry_size() const {
    return has(incompatible::extended_l2) ? 16 : 8;
  }
  [[nodiscard]] std::uint64_t l2_entries() const { return cluster_size() / l2_entry_size(); }
};

/// Nothing if the head ends before the header does.
std::optional<Header> parse_header(Bytes head);

/// disk.qcow2-header-bomb, disk.size-bomb. After any of them no table may be walked.
std::vector<Finding> check_sizes(const Header& header);

/// disk.qcow2-backing-file, -data-file, -unknown-features, -corrupt-or-dirty, -encrypted,
/// -internal-snapshots. `first_cluster`: as much of it as there is.
std::vector<Finding> check_features(const Header& header, Bytes first_cluster);

/// Walks the header extensions in the first cluster: an external data file's name, and lengths that
/// leave the cluster.
std::vector<Finding> check_extensions(const Header& header, Bytes first_cluster);

}  // namespace imprint::container::qcow2

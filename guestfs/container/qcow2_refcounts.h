#pragma once

#include <vector>

#include "agent/base/result.h"
#include "guestfs/container/byte_source.h"
#include "guestfs/container/qcow2_header.h"

namespace imprint::container::qcow2 {

/// Bitmaps of more clusters are not kept: as clusters of 64 KiB these are 16 TiB.
inline constexpr std::uint64_t mapped_clusters_limit = std::uint64_t{1} << 28;

/// Which clusters of the file are counted as used. QEMU gives a cluster that is not to the next
/// write, so what lies there would be overwritten.
class Refcounts {
 public:
  /// Everything counts as used.
  Refcounts() = default;

  /// `blocks`: where the refcount blocks are, in the table's order; 0: there is none. Each lies
  /// within the file. Reads those of the clusters that the file has, or nothing where they are
  /// too many: then everything counts as used. Errc of the source.
  static Result<Refcounts> read(ByteSource& source, const Header& header,
                                const std::vector<std::uint64_t>& blocks);

  /// Whether all clusters that these bytes touch are counted; what lies behind the file's end is
  /// not asked about.
  [[nodiscard]] bool cover(std::uint64_t offset, std::uint64_t length) const;

 private:
  std::uint32_t cluster_bits_ = 0;
  std::vector<bool> counted_;  ///< of each cluster of the file; empty: all are
};

/// Which clusters of the file the guest's bytes lie in. One that QEMU may write in place (its entry
/// has the flag "copied") must be nobody else's.
class Claims {
 public:
  Claims(std::uint64_t file_size, const Header& header);

  /// Claims the clusters that these bytes touch, which lie within the file. False if any of them
  /// would be written in place for one guest byte and is another's too.
  [[nodiscard]] bool add(std::uint64_t offset, std::uint64_t length, bool in_place);

 private:
  std::uint32_t cluster_bits_;
  std::vector<bool> used_;      ///< of each cluster of the file; empty: they are too many
  std::vector<bool> in_place_;  ///< as above
};

}  // namespace imprint::container::qcow2

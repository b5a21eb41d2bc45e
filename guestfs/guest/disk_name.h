#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace imprint::guest {

/// What the Linux kernel calls a disk or partition: "sda2", "vdb", "nvme0n1p3".
struct DiskName {
  std::string driver;    ///< "sd", "vd", "xvd", "hd", "nvme", "mmcblk"
  std::size_t disk = 0;  ///< from 0
  int partition = 0;     ///< from 1; 0: the whole disk

  /// Of a name without "/dev/"; nothing if it is no such name. Only the first namespace of an NVMe
  /// controller counts as a disk. Pure.
  static std::optional<DiskName> parse(std::string_view name);
  /// The path of another partition as the same driver would call it ("/dev/vda1"); empty for disk
  /// numbers below 0 or above 25.
  [[nodiscard]] std::string same_for(int other_disk, int other_partition) const;
};

}  // namespace imprint::guest

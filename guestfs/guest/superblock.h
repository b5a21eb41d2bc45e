#pragma once
// What the first sectors of a volume say of its state, read without mounting it and without a
// program of the appliance.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.h"

namespace imprint::guest {

/// The devices that one file system, volume group or array is spread over.
struct DeviceSet {
  std::string name;                  ///< of the volume group; empty for the others
  std::size_t needed = 1;            ///< without so many of them nothing of it can be used
  std::vector<std::string> members;  ///< LVM: the UUIDs of all physical volumes
};

/// How a volume was left by whoever wrote to it last.
struct VolumeState {
  bool dirty = false;          ///< was in use: a journal is to be replayed, or a check is due
  bool errors = false;         ///< a kernel found it damaged and wrote that down
  bool wide_blocks = false;    ///< ext4: the feature 64bit
  bool project_quota = false;  ///< ext4: the features project and quota together
  DeviceSet set;
};

/// Of a mounted file system, as statvfs(3) counts.
struct Space {
  std::uint64_t size = 0;    ///< bytes
  std::uint64_t free = 0;    ///< bytes, those kept for root included
  std::uint64_t inodes = 0;  ///< 0: the file system makes them as it needs them
  std::uint64_t free_inodes = 0;
};

/// Reads so many bytes from an offset of the volume; fewer at its end.
using ReadBytes = std::function<Result<std::string>(std::uint64_t offset, std::size_t count)>;

/// The state of a volume of the type that blkid names: ext2, ext3, ext4, xfs, btrfs, ntfs, physical
/// volumes of LVM and members of md arrays (superblocks 1.1 and 1.2). Nothing for other types and
/// for bytes that are none of that type. After a handful of small reads; Errc as `read` says.
///
/// Formats: ext4 layout in the kernel's Documentation/filesystems/ext4/super.rst; xfs_format.h and
/// xfs_log_format.h; btrfs on-disk format, struct btrfs_super_block; $Volume of NTFS; LVM2's
/// label, pv_header and mda_header; struct mdp_superblock_1.
Result<std::optional<VolumeState>> read_state(std::string_view filesystem, const ReadBytes& read);

/// How xfs keeps its log: where it lies in the volume, and its bytes.
struct XfsLog {
  std::uint64_t start = 0;
  std::uint64_t size = 0;
};

/// Whether the log holds anything after its last unmount record, found as the kernel's
/// xlog_find_head and xlog_check_unmount_rec do.
Result<bool> is_xfs_log_dirty(const XfsLog& log, const ReadBytes& read);

}  // namespace imprint::guest

#pragma once

#include <cstdint>
#include <string_view>

#include "guestfs/container/byte_source.h"

namespace imprint::container {

/// What stands at `offset`, told by magic numbers alone: "ext", "xfs", "lvm2", "fat", ... or empty.
/// It says that something is there, not that it is sound. Errc of the source if it cannot be read.
Result<std::string_view> content_at(ByteSource& source, std::uint64_t offset);

/// Whether a system can be installed on that content (file systems, LVM, RAID and LUKS; not swap,
/// not FAT).
bool can_hold_root(std::string_view content);

}  // namespace imprint::container

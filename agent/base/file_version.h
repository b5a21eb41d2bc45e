#pragma once

#include <filesystem>
#include <string>

#include "agent/base/result.h"

namespace imprint {

/// What becomes another text as soon as the bytes behind a path may have changed: device, inode,
/// size, and the times of modification and of change, which the kernel sets at each write and
/// nobody can set back (inode(7)). Links are followed. Waits for some milliseconds if the file was
/// changed just now, for the kernel's clock goes on in steps, and a second change within one step
/// has the same time.
///
/// Not seen: what is written to a block device, and writes through a mapping until the kernel
/// brings them to the file. Errors carry the path.
Result<std::string> file_version(const std::filesystem::path& path);

}  // namespace imprint

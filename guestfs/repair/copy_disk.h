#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "agent/base/result.h"

namespace imprint::repair {

/// Copies a file's bytes into a new one at `target`, mode 0600; holes stay holes, and file systems
/// that can share the blocks do. Errors: conflict (there is a target), exhausted (no space),
/// cancelled; after one the target may be there in part. Blocks for as long as it takes.
Result<> copy_sparsely(const std::filesystem::path& source, const std::filesystem::path& target,
                       const std::function<bool()>& cancelled);

/// Makes a qcow2 of an image in another format, in QEMU's words; zeros take no space. qemu-img runs
/// in a sandbox with these two files. Errors as above, and unavailable with its words.
Result<> convert_to_qcow2(const std::filesystem::path& source, const std::string& format,
                          const std::filesystem::path& target,
                          const std::function<bool()>& cancelled);

/// Gives a complete file its place: synced, renamed, its folder synced. Errc::conflict: something
/// is at `target`; it stays as it is.
Result<> publish_new(const std::filesystem::path& file, const std::filesystem::path& target);

}  // namespace imprint::repair

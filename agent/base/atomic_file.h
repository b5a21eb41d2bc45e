#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "agent/base/result.h"

namespace imprint {

/// Replaces `path` so that after a power cut it holds either the old or the new content: temporary
/// name beside it, write, fsync, rename, fsync of the folder. Errors carry the path.
Result<> write_file_atomically(const std::filesystem::path& path, std::string_view content,
                               unsigned mode = 0600);

/// Publishes a file that was written under a temporary name on the same file system: fsync, rename,
/// fsync of the folder.
Result<> publish_file(const std::filesystem::path& temporary, const std::filesystem::path& target);

/// fsync of a folder, so that names made or removed in it survive a power cut.
Result<> sync_folder(const std::filesystem::path& folder);

/// The whole file; for a pipe or a device what comes until its end. Errc::exhausted if it is larger
/// than `limit` bytes.
Result<std::string> read_file(const std::filesystem::path& path,
                              std::size_t limit = std::size_t{16} << 20);

/// The same of a regular file; nothing is waited for. Errc::invalid: it is something else.
Result<std::string> read_regular_file(const std::filesystem::path& path,
                                      std::size_t limit = std::size_t{16} << 20);

}  // namespace imprint

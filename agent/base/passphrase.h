#pragma once

#include <filesystem>
#include <string>

#include "agent/base/result.h"

namespace imprint {

/// The first line of a file, without its line end: what cryptsetup takes for a passphrase that is
/// typed. Errors, none of which quotes it: not_found, unavailable (no permission, no regular file);
/// invalid (empty, a NUL, or longer than the 512 bytes that cryptsetup takes).
Result<std::string> read_passphrase(const std::filesystem::path& path);

}  // namespace imprint

#pragma once

#include <filesystem>
#include <string>

#include "agent/base/result.h"

namespace imprint::appliance {

/// Writes one file of an archive, whatever packs it, to `target`. `name` may stand with or without
/// "./" in the archive. Errc::not_found: it holds no such file; corrupt: it cannot be read.
Result<> extract_file(const std::filesystem::path& archive, const std::string& name,
                      const std::filesystem::path& target);

}  // namespace imprint::appliance

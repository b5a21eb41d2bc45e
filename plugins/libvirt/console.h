#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "agent/base/result.h"

namespace imprint::libvirt {

/// The last `bytes` of the file; empty if it does not exist. Only a regular file is read, and no
/// link followed.
Result<std::string> tail_of(const std::filesystem::path& file, std::size_t bytes);

}  // namespace imprint::libvirt

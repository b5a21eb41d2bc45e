#pragma once

#include <filesystem>
#include <string>

#include "agent/base/result.h"

namespace imprint {

/// The folder of the program that runs; empty if /proc does not tell it.
std::filesystem::path own_folder();

/// One of Imprint's own programs that are started by others: beside the one that runs (a build
/// tree), else where the package puts it. Errc::unavailable: it is in neither place, or may not be
/// run.
Result<std::filesystem::path> find_program(const std::string& name);

}  // namespace imprint

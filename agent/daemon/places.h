#pragma once

#include <filesystem>

namespace imprint::daemon {

/// Where plugins are: in the folder `plugins` beside the program's own (a build tree), else where
/// the package puts them.
std::filesystem::path default_plugin_folder();

}  // namespace imprint::daemon

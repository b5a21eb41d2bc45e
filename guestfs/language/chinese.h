#pragma once

#include <string_view>

namespace imprint::language {

/// zh.toml as it stands: English sentences and their Chinese ones. Compiled in when the build is
/// configured, so that a check needs no installed file.
std::string_view chinese_catalogue();

}  // namespace imprint::language

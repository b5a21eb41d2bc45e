#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.h"

namespace imprint::appliance {

/// What lstat(2) and readlink(2) tell of a file.
struct ToldFile {
  std::uint32_t mode = 0;  ///< with the type
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::uint64_t size = 0;
  std::int64_t modified = 0;  ///< seconds since 1970
  std::string target;         ///< of a link; empty: it cannot be read
};

struct ToldEntry {
  std::string name;
  char type = 'u';                    ///< as the folder tells it, in libguestfs's letters
  std::optional<ToldFile> file = {};  ///< nothing: it cannot be looked at, or was not
};

struct Look {
  std::optional<ToldFile> file;  ///< nothing: there is no such file
};

/// What follows "told" to "look". Errc::corrupt: it makes no sense. Pure.
Result<Look> parse_look(std::string_view bytes);

/// What follows "told" to "names" and "folder": in the folder's order. Errc::corrupt: it makes no
/// sense, as a name with a slash does. Pure.
Result<std::vector<ToldEntry>> parse_folder(std::string_view bytes);

}  // namespace imprint::appliance

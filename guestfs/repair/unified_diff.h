#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace imprint::repair {

/// One side of a diff; a file that is not there has no name.
struct DiffSide {
  std::string path;  ///< in the guest, with its leading '/'; empty: /dev/null
  std::string_view text;
};

/// The difference in the unified format of diff(1) and patch(1) (POSIX.1-2017, diff -u), three
/// lines of context, "\ No newline at end of file" included; empty if the texts are the same.
/// `shown` maps the content of each line that is printed to what is printed for it; if it changes
/// nothing, patch(1) makes the one text of the other byte by byte. Pure, and bounded: where more
/// than a few thousand lines differ, all lines between the first and the last of them are replaced.
std::string unified_diff(const DiffSide& before, const DiffSide& after,
                         const std::function<std::string(std::string_view)>& shown);

}  // namespace imprint::repair

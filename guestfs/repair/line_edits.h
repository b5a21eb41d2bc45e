#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace imprint::repair {

/// What happens to one line of a text.
struct LineEdit {
  /// Made a comment, with this remark in a comment line above it.
  std::optional<std::string> remark;
  /// Or its content, the line's end aside, replaced.
  std::optional<std::string> content;
};

/// The text with those of its lines edited, numbered from 1. Every other byte stays, line ends and
/// a missing last one too; a remark ends as the line that it stands above, or where that has no
/// end, as the first of the text. Pure.
std::string edit_lines(std::string_view text, const std::map<int, LineEdit>& edits);

}  // namespace imprint::repair

#include "guestfs/repair/line_edits.h"

#include "guestfs/facts/text_lines.h"

namespace imprint::repair {
namespace {

std::string_view end_of(const facts::TextLine& line) {
  if (!line.ended) return line.carriage_return ? "\r" : "";
  return line.carriage_return ? "\r\n" : "\n";
}

}  // namespace

std::string edit_lines(std::string_view text, const std::map<int, LineEdit>& edits) {
  std::string result;
  const auto lines = facts::split_lines(text);
  for (const facts::TextLine& line : lines) {
    const auto edit = edits.find(line.number);
    if (edit != edits.end() && edit->second.content) {
      result += *edit->second.content;
    } else {
      if (edit != edits.end() && edit->second.remark) {
        const std::string_view end = end_of(line.ended ? line : lines.front());
        result += "# " + *edit->second.remark;
        result += end.ends_with('\n') ? end : "\n";
        result += '#';
      }
      result += line.text;
    }
    result += end_of(line);
  }
  return result;
}

}  // namespace imprint::repair

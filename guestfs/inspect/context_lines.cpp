#include "guestfs/inspect/context_lines.h"

#include <algorithm>
#include <map>
#include <string>

#include "guestfs/facts/secrets.h"
#include "guestfs/facts/text_lines.h"
#include "guestfs/language/say.h"

namespace imprint::inspect {
namespace {

constexpr int lines_on_each_side = 2;
constexpr std::size_t longest_line = 400;
constexpr std::size_t most_files = 32;

struct OpenFile {
  std::string text;
  std::vector<facts::TextLine> lines;  ///< views into `text`
};

/// The files that findings name, each read once.
class Files {
 public:
  explicit Files(guest::FollowingFs& fs) : fs_{fs} {}

  /// Null if the file cannot be read or too many were.
  const OpenFile* open_or_null(const std::string& path) {
    const auto known = files_.find(path);
    if (known != files_.end()) return &known->second;
    if (files_.size() >= most_files) return nullptr;
    OpenFile& file = files_[path];
    const auto parsed = guest::GuestPath::parse(path);
    if (!parsed) return &file;
    auto text = fs_.read_text(*parsed);
    if (!text) return &file;
    file.text = std::move(text->text);
    file.lines = facts::split_lines(file.text);
    return &file;
  }

 private:
  guest::FollowingFs& fs_;
  std::map<std::string, OpenFile> files_;  // its elements stay where they are, as the views need
};

std::string shown(const facts::TextLine& line) {
  if (facts::may_hold_secret(line.text)) return say("(not shown: it may hold a secret)");
  return std::string{line.text.substr(0, longest_line)};
}

std::vector<ContextLine> lines_around(const OpenFile& file, const Finding& finding) {
  std::vector<ContextLine> context;
  const int last = static_cast<int>(file.lines.size());
  if (*finding.line > last) return context;
  const int from = std::max(1, *finding.line - lines_on_each_side);
  const int to = std::min(last, *finding.line + lines_on_each_side);
  for (int number = from; number <= to; ++number)
    // The rule has decided what of its own line may be shown.
    context.push_back({number, number == *finding.line
                                   ? finding.text
                                   : shown(file.lines[static_cast<std::size_t>(number - 1)])});
  return context;
}

}  // namespace

void add_context(std::vector<Finding>& findings, guest::FollowingFs& fs) {
  Files files{fs};
  for (Finding& finding : findings) {
    if (!finding.line || *finding.line < 1 || finding.text.empty() ||
        facts::holds_secrets(finding.path))
      continue;
    if (const OpenFile* file = files.open_or_null(finding.path))
      finding.context = lines_around(*file, finding);
  }
}

}  // namespace imprint::inspect

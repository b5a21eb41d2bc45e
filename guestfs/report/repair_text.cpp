#include "guestfs/report/repair_text.h"

#include <algorithm>

#include "agent/base/printable.h"
#include "guestfs/language/say.h"
#include "guestfs/report/painter.h"
#include "guestfs/report/repair_words.h"
#include "guestfs/report/words.h"

namespace imprint::report {
namespace {

using Style = Painter::Style;

constexpr std::size_t longest_path = 4096;
constexpr std::size_t longest_sentence = 1000;

std::string painted(const Painter& painter, std::string_view line) {
  const std::string text = printable(line, longest_path);
  if (line.starts_with("@@")) return painter.paint(Style::cyan, text);
  if (line.starts_with("---") || line.starts_with("+++")) return painter.paint(Style::bold, text);
  if (line.starts_with('+')) return painter.paint(Style::green, text);
  return line.starts_with('-') ? painter.paint(Style::red, text) : text;
}

class RepairText {
 public:
  RepairText(const RepairReport& repair, bool colour) : repair_{repair}, painter_{colour} {}

  std::string render() {
    out_ =
        "\n" + painter_.paint(Style::bold, printable(outcome_of(repair_), longest_sentence)) + "\n";
    verdicts();
    for (const RepairChange& change : repair_.changes) tell(change);
    if (!repair_.unrepaired.empty()) out_ += "\n" + say("not repaired") + "\n";
    for (const UnrepairedFinding& each : repair_.unrepaired) tell(each);
    return std::move(out_);
  }

 private:
  void verdicts() {
    struct Line {
      std::string when;
      Verdict verdict;
      const std::string& path;
    };
    std::vector<Line> lines{{say("before"), repair_.before.verdict, repair_.before.path}};
    if (repair_.after) lines.push_back({say("after"), *repair_.after, repair_.output});
    std::size_t widest = 0;
    std::size_t widest_verdict = 0;
    for (const Line& line : lines) {
      widest = std::max(widest, display_width(line.when));
      widest_verdict = std::max(widest_verdict, display_width(word_of(line.verdict)));
    }
    for (const auto& [when, verdict, path] : lines)
      out_ += fmt::format(
          "  {}  {}  {}\n", padded(when, widest),
          painter_.paint(Painter::style_of(verdict), padded(word_of(verdict), widest_verdict)),
          printable(path, longest_path));
  }

  void tell(const RepairChange& change) {
    out_ +=
        fmt::format("\n{}  {}  {}\n", painter_.paint(Style::bold, printable(change.path)),
                    word_of_action(change.action),
                    painter_.paint(Style::dim, fmt::format("{}", fmt::join(change.rules, " "))));
    for (const std::string& reason : change.reasons)
      out_ += fmt::format("  {}\n", printable(reason, longest_sentence));
    std::string_view diff = change.diff;
    while (!diff.empty()) {
      const std::size_t end = std::min(diff.find('\n'), diff.size());
      out_ += painted(painter_, diff.substr(0, end)) + "\n";
      diff.remove_prefix(std::min(end + 1, diff.size()));
    }
  }

  void tell(const UnrepairedFinding& each) {
    std::string place = printable(place_of(each), longest_path);
    if (!place.empty()) place.insert(0, " ");
    out_ += fmt::format("  {}{}  {}\n", painter_.paint(Style::bold, printable(each.rule)), place,
                        printable(each.why, longest_sentence));
  }

  const RepairReport& repair_;
  Painter painter_;
  std::string out_;
};

}  // namespace

std::string repair_text(const RepairReport& repair, bool colour) {
  return RepairText{repair, colour}.render();
}

}  // namespace imprint::report

#include "guestfs/report/text_finding.h"

#include "agent/base/printable.h"
#include "guestfs/language/say.h"
#include "guestfs/report/words.h"

namespace imprint::report {
namespace {

using Style = Painter::Style;

constexpr std::size_t longest_sentence = 1000;

/// The lines to show: the context, or the offending line alone where there is none.
std::vector<ContextLine> lines_of(const Finding& finding) {
  if (!finding.context.empty()) return finding.context;
  if (finding.text.empty()) return {};
  return {{finding.line.value_or(0), finding.text}};
}

std::string snippet(const Finding& finding, const Painter& painter) {
  const auto lines = lines_of(finding);
  if (lines.empty()) return "";
  const std::size_t width = fmt::formatted_size("{}", lines.back().line);
  std::string out = fmt::format("  {:{}} {}\n", "", width, painter.paint(Style::dim, "|"));
  for (const ContextLine& line : lines) {
    const bool offends = line.line == finding.line.value_or(0);
    const std::string number = line.line > 0 ? fmt::format("{}", line.line) : "";
    const std::string text = printable(line.text);
    const Style style = Painter::style_of(finding.severity);
    out += fmt::format(
        "{} {} {} {}\n", painter.paint(style, offends ? ">" : " "),
        painter.paint(offends ? style : Style::dim, fmt::format("{:>{}}", number, width)),
        painter.paint(Style::dim, "|"), offends ? painter.paint(Style::bold, text) : text);
  }
  return out + fmt::format("  {:{}} {}\n", "", width, painter.paint(Style::dim, "|"));
}

std::string note(const std::string& label, const std::string& text, const Painter& painter) {
  if (text.empty()) return "";
  return fmt::format("  {} {}\n", painter.paint(Style::dim, label),
                     printable(text, longest_sentence));
}

}  // namespace

std::string finding_text(const Finding& finding, const Painter& painter,
                         const std::string& opinions) {
  const std::string place = printable(place_of(finding), longest_sentence);
  std::string out = fmt::format(
      "{} {}{}\n", painter.paint(Painter::style_of(finding.severity), word_of(finding.severity)),
      painter.paint(Style::bold, printable(finding.rule)), place.empty() ? "" : "  " + place);
  out += snippet(finding, painter);
  out += fmt::format("  {}\n", printable(finding.message, longest_sentence));
  if (finding.waived)
    out += fmt::format("  {}\n",
                       painter.paint(Style::bold, printable(waiver_of(finding), longest_sentence)));
  out += note(say("effect:"), finding.effect, painter);
  out += note(say("to do:"), finding.hint, painter);
  out += note(say("profiles:"), opinions, painter);
  return out;
}

}  // namespace imprint::report

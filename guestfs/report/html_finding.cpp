#include "guestfs/report/html_finding.h"

#include <fmt/format.h>

#include "guestfs/language/say.h"
#include "guestfs/report/markup.h"
#include "guestfs/report/words.h"

namespace imprint::report {
namespace {

/// More of the mild ones are folded away.
constexpr std::ptrdiff_t most_unfolded = 12;

std::string code(const Finding& finding) {
  std::vector<ContextLine> lines = finding.context;
  if (lines.empty() && !finding.text.empty())
    lines.push_back({finding.line.value_or(0), finding.text});
  if (lines.empty()) return "";
  std::string out = R"(<div class="code scroll"><table>)";
  for (const ContextLine& line : lines) {
    const bool offends = line.line == finding.line.value_or(0);
    out += fmt::format(
        R"(<tr{}><td class="mark">{}</td><td class="line">{}</td><td><code>{}</code></td></tr>)",
        offends ? R"( class="offends")" : "", offends ? "▶" : "",
        line.line > 0 ? fmt::format("{}", line.line) : "", escaped(line.text, 400));
  }
  return out + "</table></div>";
}

std::string note(const std::string& label, const std::string& text) {
  return text.empty() ? "" : fmt::format("<dt>{}</dt><dd>{}</dd>", label, escaped(text));
}

std::string finding_html(const Finding& finding) {
  return fmt::format(
      R"(<article class="finding {}"><h4><span class="badge {}">{}</span> <span class="place">{}</span></h4><p class="message">{}</p>{}<dl>{}{}{}</dl><p class="rule">{}</p></article>)",
      to_string(finding.severity), to_string(finding.severity), word_of(finding.severity),
      escaped(place_of(finding)), escaped(finding.message), code(finding),
      note(say("taken because"), waiver_of(finding)), note(say("what happens"), finding.effect),
      note(say("what to do"), finding.hint), escaped(finding.rule));
}

/// A group of their own, open: what somebody has decided to take is to be seen.
std::string waived_html(const ImageReport& image) {
  const auto count = count_of_waived(image);
  if (count == 0) return "";
  std::string out = fmt::format(
      R"(<details class="group" open><summary><h3>{} <span class="count">{}</span></h3></summary>)",
      say("Waived"), count);
  for (const Finding& finding : image.findings)
    if (finding.waived) out += finding_html(finding);
  return out + "</details>";
}

std::string heading_of(Severity severity) {
  switch (severity) {
    case Severity::error:
      return say("Errors");
    case Severity::warning:
      return say("Warnings");
    case Severity::info:
      return say("Notes");
  }
  return "";
}

}  // namespace

std::string findings_html(const ImageReport& image) {
  std::string out;
  for (const Severity severity : {Severity::error, Severity::warning, Severity::info}) {
    const auto count = count_of(image, severity);
    if (count == 0) continue;
    const bool folded =
        severity == Severity::info || (severity == Severity::warning && count > most_unfolded);
    out += fmt::format(
        R"(<details class="group"{}><summary><h3>{} <span class="count">{}</span></h3></summary>)",
        folded ? "" : " open", heading_of(severity), count);
    for (const Finding* finding : in_reading_order(image))
      if (finding->severity == severity && !finding->waived) out += finding_html(*finding);
    out += "</details>";
  }
  return out + waived_html(image);
}

std::string undetermined_html(const ImageReport& image) {
  if (image.undetermined.empty()) return "";
  std::string out = fmt::format(R"(<section><h3>{} <span class="count">{}</span></h3><p>{}</p>)",
                                say("Unanswered questions"), image.undetermined.size(),
                                say("What could not be looked at is never taken for good."));
  for (const Undetermined& item : image.undetermined)
    out += fmt::format(
        R"(<article class="finding undetermined"><p class="message">{}</p><p class="rule">{}</p></article>)",
        escaped(item.reason), escaped(item.rule));
  return out + "</section>";
}

}  // namespace imprint::report

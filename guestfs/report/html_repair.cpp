#include "guestfs/report/html_repair.h"

#include <fmt/format.h>

#include <algorithm>

#include "guestfs/language/say.h"
#include "guestfs/report/markup.h"
#include "guestfs/report/repair_words.h"
#include "guestfs/report/words.h"

namespace imprint::report {
namespace {

std::string verdict_row(const std::string& when, Verdict verdict, const std::string& path) {
  return fmt::format(R"(<tr><th>{}</th><td><span class="badge {}">{}</span></td><td>{}</td></tr>)",
                     when, to_string(verdict), word_of(verdict), escaped(path));
}

std::string_view class_of(std::string_view line) {
  if (line.starts_with("---") || line.starts_with("+++")) return "name";
  if (line.starts_with("@@")) return "hunk";
  if (line.starts_with('+')) return "added";
  return line.starts_with('-') ? "removed" : "same";
}

std::string diff_html(std::string_view diff) {
  if (diff.empty()) return "";
  std::string out = R"(<div class="code scroll"><div class="diff">)";
  while (!diff.empty()) {
    const std::string_view line = diff.substr(0, diff.find('\n'));
    out += fmt::format(R"(<code class="{}">{}</code>)", class_of(line), escaped(line));
    diff.remove_prefix(std::min(line.size() + 1, diff.size()));
  }
  return out + "</div></div>";
}

std::string change_html(const RepairChange& change) {
  std::string reasons;
  for (const std::string& reason : change.reasons)
    reasons += fmt::format("<p>{}</p>", escaped(reason));
  return fmt::format(
      R"(<details class="change"><summary><code>{}</code> <span class="badge info">{}</span></summary>{}{}<p class="rule">{}</p></details>)",
      escaped(change.path), word_of_action(change.action), reasons, diff_html(change.diff),
      escaped(fmt::format("{}", fmt::join(change.rules, " "))));
}

std::string unrepaired_html(const std::vector<UnrepairedFinding>& findings) {
  if (findings.empty()) return "";
  std::string out = fmt::format(R"(<h4>{} <span class="count">{}</span></h4><ul class="kept">)",
                                say("not repaired"), findings.size());
  for (const UnrepairedFinding& each : findings)
    out += fmt::format(R"(<li><code>{}</code> {} <span class="rule">{}</span></li>)",
                       escaped(place_of(each)), escaped(each.why), escaped(each.rule));
  return out + "</ul>";
}

}  // namespace

std::string repair_html(const RepairReport& repair) {
  std::string out = fmt::format(
      R"(<section class="repair"><h3>{}</h3><div class="scroll"><table>{}{}</table></div>)",
      escaped(outcome_of(repair)),
      verdict_row(say("before"), repair.before.verdict, repair.before.path),
      repair.after ? verdict_row(say("after"), *repair.after, repair.output) : "");
  for (const RepairChange& change : repair.changes) out += change_html(change);
  return out + unrepaired_html(repair.unrepaired) + "</section>\n";
}

}  // namespace imprint::report

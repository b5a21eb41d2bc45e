#include "guestfs/report/html.h"

#include <fmt/format.h>

#include <algorithm>

#include "guestfs/language/say.h"
#include "guestfs/report/html_image.h"
#include "guestfs/report/html_repair.h"
#include "guestfs/report/markup.h"
#include "guestfs/report/words.h"

namespace imprint::report {
namespace {

std::string head(const Report& report) {
  const std::string title = report.images.size() == 1
                                ? fmt::format("{}: {}", word_of(report.images.front().verdict),
                                              report.images.front().path)
                                : say("{} images", report.images.size());
  return fmt::format(
      R"(<!DOCTYPE html>
<html lang="{}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>{}</title>
<style>{}</style>
</head>
)",
      language::to_string(language::spoken()), style_digest(), escaped(title), style_sheet());
}

std::string overview(const Report& report) {
  std::string out = fmt::format(
      R"(<section><h2>{}</h2><div class="scroll"><table class="overview"><tr><th>{}</th><th>{}</th><th>{}</th></tr>)",
      say("{} images", report.images.size()), say("verdict"), say("image"), say("reason"));
  for (std::size_t i = 0; i < report.images.size(); ++i) {
    const ImageReport& image = report.images[i];
    out += fmt::format(
        R"(<tr><td><span class="badge {}">{}</span></td><td><a href="#image-{}">{}</a></td><td>{}</td></tr>)",
        to_string(image.verdict), word_of(image.verdict), i + 1, escaped(image.path),
        escaped(reason_of(image)));
  }
  return out + "</table></div></section>";
}

}  // namespace

std::string render_html(const Report& report, const RepairReport* repair) {
  std::string out = head(report) + "<body>\n<main>\n";
  if (repair != nullptr) out += repair_html(*repair);
  if (report.images.size() > 1) out += overview(report);
  for (std::size_t i = 0; i < report.images.size(); ++i)
    out += image_html(report.images[i], fmt::format("image-{}", i + 1));
  return out + fmt::format("</main>\n<footer>Imprint {} · {}</footer>\n</body>\n</html>\n",
                           IMPRINT_VERSION,
                           escaped(say("profile {}, rules {}", report.profile, report.ruleset)));
}

}  // namespace imprint::report

// Writes sample reports in every format into a folder, for validators and for eyes.
// Usage: write_sample_reports FOLDER [zh]

#include <fstream>
#include <string>

#include "agent/model/json.h"
#include "agent/model/repair_report.h"
#include "guestfs/language/language.h"
#include "guestfs/report/html.h"
#include "guestfs/report/junit.h"
#include "guestfs/report/sarif.h"
#include "guestfs/report/text.h"
#include "tests/unit/guestfs/report/sample.h"

namespace {

using namespace imprint;

const std::vector<rules::Rule> table{
    {"fstab.device-not-in-image", Severity::error, "every device of fstab is in the image",
     "it stops in emergency mode", "remove the line", nullptr},
    {"shadow.mode", Severity::warning, "only root reads the password digests",
     "every user can read them", "chmod 0640", nullptr}};

void write(const std::string& folder, const std::string& name, const Report& report,
           const RepairReport* repair = nullptr) {
  const std::string base = folder + "/" + name;
  std::ofstream{base + ".json"} << dump_json(
      repair != nullptr ? to_json(report, *repair) : to_json(report), 2);
  std::ofstream{base + ".txt"} << report::render_text(report, false);
  std::ofstream{base + ".sarif"} << report::render_sarif(report, table, repair);
  std::ofstream{base + ".xml"} << report::render_junit(report, repair);
  std::ofstream{base + ".html"} << report::render_html(report, repair);
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) return 64;
  if (count > 2 && std::string{arguments[2]} == "zh") language::speak(language::Language::chinese);
  const std::string folder = arguments[1];
  const Report full = report::test::full_report();
  write(folder, "full", full);
  write(folder, "hostile", report::test::hostile_report());
  write(folder, "accepted", {"generic", full.ruleset, {report::test::accepted_image()}});
  const Report repaired{"generic", full.ruleset, {report::test::accepted_image()}};
  const RepairReport repair = report::test::repair_of(full.images[0]);
  write(folder, "repaired", repaired, &repair);
  write(folder, "waived", {"mine", full.ruleset, {report::test::waived_image()}});
  write(folder, "several",
        {full.profile,
         full.ruleset,
         {full.images[0], report::test::accepted_image(), report::test::unreadable_image()}});
}

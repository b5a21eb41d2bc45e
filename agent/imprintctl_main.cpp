// imprintctl: hands the command line what it may use.

#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>

#include "agent/api/client.h"
#include "agent/cli/run.h"
#include "agent/model/json.h"
#include "guestfs/inspect/worker_inspector.h"
#include "guestfs/language/language.h"
#include "guestfs/profiles/load_profile.h"
#include "guestfs/repair/repairs.h"
#include "guestfs/repair/worker_repairer.h"
#include "guestfs/report/html.h"
#include "guestfs/report/junit.h"
#include "guestfs/report/repair_text.h"
#include "guestfs/report/sarif.h"
#include "guestfs/report/text.h"
#include "guestfs/rules/table.h"

namespace {

using namespace imprint;

std::vector<rules::Profile> builtin_profiles() {
  std::vector<rules::Profile> loaded;
  for (const std::string& name : profiles::builtin_names())
    if (auto profile = profiles::load_profile(name)) loaded.push_back(*std::move(profile));
  return loaded;
}

std::vector<cli::RuleText> list_rules() {
  const std::vector<rules::Profile> profiles = builtin_profiles();
  const auto translated = [](std::string_view english) {
    return std::string{language::translate(english)};
  };
  std::vector<cli::RuleText> texts;
  for (const rules::Rule& rule : rules::all_rules()) {
    cli::RuleText text{std::string{rule.id}, rule.severity, {}, {}, {}, {}};
    text.title = translated(rule.title);
    text.effect = translated(rule.effect);
    text.hint = translated(rule.hint);
    if (const repair::Repair* repair = repair::find_repair(rule.id))
      text.repair = translated(repair->what);
    for (const rules::Profile& profile : profiles)
      text.profiles.push_back(
          {profile.name, profile.is_off(rule.id)
                             ? std::string{"off"}
                             : std::string{to_string(profile.severity_of(rule, {}))}});
    texts.push_back(std::move(text));
  }
  return texts;
}

void speak(const std::string& code) {
  language::speak(language::parse_language(code).value_or(language::Language::english));
}

/// https://no-color.org: set and not empty, it forbids colour.
bool allows_colour() {
  const char* forbidden = std::getenv("NO_COLOR");
  return forbidden == nullptr || *forbidden == '\0';
}

/// `repair` is null where nothing was to be repaired.
std::string render(const Report& report, const RepairReport* repair, cli::ReportFormat format,
                   bool colour) {
  using cli::ReportFormat;
  switch (format) {
    case ReportFormat::text:
      return report::render_text(report, colour) +
             (repair != nullptr ? report::repair_text(*repair, colour) : "");
    case ReportFormat::json:
      return dump_json(repair != nullptr ? to_json(report, *repair) : to_json(report), 2) + "\n";
    case ReportFormat::sarif:
      return report::render_sarif(report, rules::all_rules(), repair);
    case ReportFormat::junit:
      return report::render_junit(report, repair);
    case ReportFormat::html:
      return report::render_html(report, repair);
  }
  return "";
}

}  // namespace

int main(int argc, char** argv) {
  ::signal(SIGPIPE, SIG_IGN);
  cli::Environment environment{
      .in = std::cin,
      .out = std::cout,
      .err = std::cerr,
      .out_is_terminal = ::isatty(STDOUT_FILENO) == 1,
      .err_is_terminal = ::isatty(STDERR_FILENO) == 1,
      .colour = allows_colour(),
      .connect = [](const auto& socket) { return std::make_shared<api::Client>(socket); },
      .inspector = []() -> Result<std::unique_ptr<Inspector>> {
        return std::unique_ptr<Inspector>{std::make_unique<inspect::WorkerInspector>()};
      },
      .render = [](const auto& report, auto format,
                   bool colour) { return render(report, nullptr, format, colour); },
      .rules = list_rules,
      .language = std::string{language::to_string(language::language_of_environment())},
      .speak = speak,
      .repairer = []() -> Result<std::unique_ptr<Repairer>> {
        return std::unique_ptr<Repairer>{std::make_unique<repair::WorkerRepairer>()};
      },
      .render_repair = [](const auto& report, const auto& repair, auto format,
                          bool colour) { return render(report, &repair, format, colour); }};
  return cli::run({argv + 1, argv + argc}, environment);
}

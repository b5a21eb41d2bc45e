#include "tests/guests/library/coverage.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <vector>

#include "guestfs/rules/table.h"
#include "tests/guests/library/faults.h"

namespace imprint::guests {
namespace {

using TestsOfRules = std::map<std::string, std::set<std::string>, std::less<>>;

/// "TEST_F(Suite, Name) {" -> "Suite.Name"; empty for other lines.
std::string test_of(const std::string& line) {
  if (!line.starts_with("TEST")) return {};
  const std::size_t open = line.find('(');
  const std::size_t comma = line.find(", ", open);
  const std::size_t close = line.find(')', comma);
  if (open == std::string::npos || comma == std::string::npos || close == std::string::npos)
    return {};
  return line.substr(open + 1, comma - open - 1) + "." + line.substr(comma + 2, close - comma - 2);
}

/// The words in quotes that name a rule, alone or with its answer: "disk.qed:error".
std::vector<std::string> rules_in(const std::string& line) {
  std::vector<std::string> result;
  for (std::size_t open = line.find('"'); open != std::string::npos;) {
    const std::size_t close = line.find('"', open + 1);
    if (close == std::string::npos) break;
    std::string word = line.substr(open + 1, close - open - 1);
    word.resize(std::min(word.find(':'), word.size()));
    if (rules::find_rule(word) != nullptr) result.push_back(std::move(word));
    open = line.find('"', close + 1);
  }
  return result;
}

void read_tests(const std::filesystem::path& file, TestsOfRules& tests) {
  std::ifstream text{file};
  // What stands outside of a test is a table of cases, told by its file.
  const std::string outside = file.filename().string();
  std::string test = outside;
  for (std::string line; std::getline(text, line);) {
    if (const std::string next = test_of(line); !next.empty()) test = next;
    if (line == "}") test = outside;
    for (const std::string& rule : rules_in(line)) tests[rule].insert(test);
  }
}

TestsOfRules tests_that_name_rules(const std::filesystem::path& sources) {
  std::vector<std::filesystem::path> files;
  for (const char* folder :
       {"tests/unit/guestfs/container", "tests/unit/guestfs/inspect", "tests/integration/inspect"})
    for (const auto& entry : std::filesystem::directory_iterator{sources / folder})
      if (entry.path().filename().string().ends_with("_test.cpp")) files.push_back(entry.path());
  TestsOfRules tests;
  for (const std::filesystem::path& file : files) read_tests(file, tests);
  return tests;
}

std::string faults_of(const rules::Rule& rule, std::string& healthy) {
  std::string text;
  std::set<std::string_view> guests;
  for (const Fault& fault : all_faults()) {
    if (fault.rule != rule.id) continue;
    text += fmt::format("{}{} ({})", text.empty() ? "" : "; ", fault.name, fault.guest);
    guests.insert(fault.guest);
  }
  if (!text.empty()) healthy = fmt::format("healthy {}", fmt::join(guests, ", "));
  return text;
}

}  // namespace

std::string coverage_page(const std::filesystem::path& sources) {
  const TestsOfRules tests = tests_that_name_rules(sources);
  std::string page =
      "# Coverage\n\n"
      "Written by `imprint_coverage`; a test fails when it is stale.\n\n"
      "Faults are planted into the healthy guests of tests/guests/library by "
      "`PlantedFault.MakesExactlyItsRuleFire`: the rule fires, and nothing else changes against "
      "the healthy guest. Rules that are answered before there is a guest name their tests; "
      "`RealImages.AcceptsEveryShapeOfQcow2` and the healthy images of "
      "`InspectImage.GivesTheVerdictAndItsPlace` show them silent.\n\n"
      "| rule | severity | shown firing by | shown silent by |\n|---|---|---|---|\n";
  int shown = 0;
  for (const rules::Rule& rule : rules::all_rules()) {
    std::string silent;
    std::string firing = faults_of(rule, silent);
    if (const auto named = tests.find(rule.id); firing.empty() && named != tests.end()) {
      firing = fmt::format("{}", fmt::join(named->second, ", "));
      silent = rule.id.starts_with("disk.") ? "RealImages" : "InspectImage";
    }
    if (!firing.empty()) ++shown;
    page += fmt::format("| {} | {} | {} | {} |\n", rule.id, to_string(rule.severity),
                        firing.empty() ? "**not shown**" : firing, silent);
  }
  return page +
         fmt::format("\n{} of {} rules are shown firing, by {} planted faults and by tests.\n",
                     shown, rules::all_rules().size(), all_faults().size());
}

}  // namespace imprint::guests

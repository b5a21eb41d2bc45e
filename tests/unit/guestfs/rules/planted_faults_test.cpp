// The table of faults against rules: one fault in a healthy guest, exactly one rule more.

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <iostream>
#include <map>
#include <set>

#include "guestfs/profiles/load_profile.h"
#include "guestfs/rules/table.h"
#include "tests/guests/library/faults.h"

namespace imprint::guests {
namespace {

rules::Profile profile(std::string_view name) {
  auto loaded = profiles::load_profile(std::string{name});
  EXPECT_TRUE(loaded) << name;
  return loaded ? *std::move(loaded) : rules::Profile{};
}

std::string line_of(const Finding& finding) {
  return fmt::format("{} {} {} {}", finding.rule, to_string(finding.severity), finding.path,
                     finding.message);
}

/// What is said of a guest, so that two states of it can be compared.
std::multiset<std::string> words_of(const rules::Judgement& judgement) {
  std::multiset<std::string> words;
  for (const Finding& finding : judgement.findings) words.insert(line_of(finding));
  for (const Undetermined& each : judgement.undetermined)
    words.insert("undetermined " + each.rule + " " + each.reason);
  return words;
}

/// Judged once for all faults.
const rules::Judgement& healthy(const Fault& fault) {
  static std::map<std::pair<std::string_view, std::string_view>, rules::Judgement> judged;
  const auto key = std::pair{fault.guest, fault.profile};
  if (const auto found = judged.find(key); found != judged.end()) return found->second;
  return judged.emplace(key, make_guest(fault.guest).judge(profile(fault.profile))).first->second;
}

/// A finding of the fault's rule that the healthy guest does not have, of the severity wanted.
const Finding* wanted_finding(const Fault& fault, const rules::Judgement& judgement) {
  const std::multiset<std::string> before = words_of(healthy(fault));
  for (const Finding& finding : judgement.findings)
    if (finding.rule == fault.rule && finding.severity == fault.severity &&
        !before.contains(line_of(finding)))
      return &finding;
  return nullptr;
}

/// A remark may give way to the fault of which it is a part: SELinux is on, and has no policy.
bool gives_way(const std::string& words, std::string_view rule) {
  if (words.starts_with(std::string{rule} + " ")) return true;
  // Of a cloud-init that is not there nothing more can be said.
  if (rule == "agent.cloud-init-missing" && words.starts_with("ci.")) return true;
  const std::string family{rule.substr(0, rule.find('.') + 1)};
  return words.starts_with(family) && words.find(" info ") != std::string::npos;
}

class PlantedFault : public testing::TestWithParam<Fault> {};

TEST_P(PlantedFault, MakesExactlyItsRuleFire) {
  const Fault& fault = GetParam();
  Guest guest = make_guest(fault.guest);
  fault.plant(guest);
  const rules::Judgement judgement = guest.judge(profile(fault.profile));
  const Finding* finding = wanted_finding(fault, judgement);
  const std::multiset<std::string> before = words_of(healthy(fault));
  const std::multiset<std::string> after = words_of(judgement);
  EXPECT_NE(finding, nullptr) << "did not fire";
  for (const std::string& words : after)
    EXPECT_TRUE(before.contains(words) || words.starts_with(std::string{fault.rule} + " ") ||
                (!fault.also.empty() && words.starts_with(std::string{fault.also} + " ")))
        << "cascade: " << words;
  for (const std::string& words : before)
    EXPECT_TRUE(after.contains(words) || gives_way(words, fault.rule))
        << "no longer said: " << words;
  if (finding == nullptr) return;
  if (!fault.path.empty()) {
    EXPECT_EQ(finding->path, fault.path);
  }
  if (fault.line != 0) {
    EXPECT_EQ(finding->line, fault.line);
  }
}

std::string test_name(const testing::TestParamInfo<Fault>& info) {
  std::string name = fmt::format("{}_{}_{}", info.index, info.param.rule, info.param.name);
  for (char& c : name)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  return name;
}

INSTANTIATE_TEST_SUITE_P(Of, PlantedFault, testing::ValuesIn(all_faults()), test_name);

TEST(PlantedFaults, CoverEveryRuleThatIsAskedOfAGuest) {
  std::map<std::string_view, int> faults;
  for (const Fault& fault : all_faults()) ++faults[fault.rule];
  for (const auto& [rule, count] : faults)
    EXPECT_NE(rules::find_rule(rule), nullptr) << rule << " is in no table";
  int rules_asked = 0;
  for (const rules::Rule& rule : rules::all_rules()) {
    if (rule.evaluate == nullptr) continue;
    ++rules_asked;
    EXPECT_TRUE(faults.contains(rule.id)) << rule.id << " has no fault";
  }
  std::cout << fmt::format("{:34} {:18} {:8} {}\n", "rule", "guest", "severity", "fault");
  for (const Fault& fault : all_faults())
    std::cout << fmt::format("{:34} {:18} {:8} {}\n", fault.rule, fault.guest,
                             to_string(fault.severity), fault.name);
  std::cout << fmt::format("{} faults, {} rules of {} asked of a guest\n", all_faults().size(),
                           faults.size(), rules_asked);
}

TEST(PlantedFaults, AreNamedApart) {
  std::set<std::pair<std::string_view, std::string_view>> names;
  for (const Fault& fault : all_faults())
    EXPECT_TRUE(names.emplace(fault.rule, fault.name).second) << fault.rule << " " << fault.name;
}

/// What the clouds' profiles alone say of healthy guests.
TEST(HealthyGuests, AreTakenByTheCloudsForWhatBoots) {
  for (const char* name : {"ecs", "jdcloud"})
    for (const auto& [guest_name, make] : healthy_guests()) {
      Guest guest = make();
      for (const Finding& finding : guest.judge(profile(name)).findings)
        for (const std::string_view family : {"boot.", "fstab.", "release.", "shadow.", "passwd."})
          EXPECT_FALSE(finding.severity == Severity::error && finding.rule.starts_with(family) &&
                       finding.rule != "release.eol")
              << name << " " << guest_name << ": " << line_of(finding);
    }
}

}  // namespace
}  // namespace imprint::guests

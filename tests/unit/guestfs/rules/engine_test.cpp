#include "guestfs/rules/engine.h"

#include <gmock/gmock.h>

#include <set>

#include "guestfs/rules/rule_names.h"
#include "guestfs/rules/table.h"
#include "guestfs/rules/waivers.h"
#include "tests/guests/library/guests.h"

namespace imprint::rules {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

TEST(RuleTable, HasEachIdOnceWithAllItsWords) {
  std::set<std::string_view> ids;
  for (const Rule& rule : all_rules()) {
    EXPECT_TRUE(ids.insert(rule.id).second) << rule.id;
    EXPECT_NE(rule.id.find('.'), std::string_view::npos) << rule.id;
    EXPECT_FALSE(rule.title.empty() || rule.effect.empty() || rule.hint.empty()) << rule.id;
    EXPECT_EQ(find_rule(rule.id), &rule);
  }
  EXPECT_GT(ids.size(), 60U);
  EXPECT_EQ(find_rule("no.such-rule"), nullptr);
}

TEST(RuleTable, IsNamedInFullForProgramsWithoutRules) {
  ASSERT_THAT(rule_names(), SizeIs(all_rules().size()));
  for (const Rule& rule : all_rules()) {
    const RuleName* name = find_rule_name(rule.id);
    ASSERT_NE(name, nullptr) << rule.id;
    EXPECT_EQ(name->may_be_waived, may_be_waived(rule)) << rule.id;
  }
  EXPECT_EQ(find_rule_name("no.such-rule"), nullptr);
}

TEST(RuleTable, HasAVersion) {
  EXPECT_THAT(std::string{ruleset_version()}, testing::MatchesRegex("2026\\.1-.{8}"));
}

TEST(Engine, CountsEachRuleThatCanBeRunOnce) {
  guests::Guest guest = guests::debian12_bios();
  const Coverage coverage = guest.judge().coverage;
  const auto runnable = std::count_if(all_rules().begin(), all_rules().end(),
                                      [](const Rule& rule) { return rule.evaluate != nullptr; });
  EXPECT_EQ(coverage.evaluated + coverage.not_applicable + coverage.undetermined, runnable);
}

TEST(Engine, LeavesOutRulesThatAreOff) {
  guests::Guest guest = guests::debian12_bios();
  guest.fs.remove("/etc/issue");
  Profile profile;
  profile.severities["release.issue-missing-or-empty"] = std::nullopt;
  EXPECT_THAT(guest.complaints(profile), IsEmpty());
}

TEST(Engine, KeepsTheSeverityOfAMilderCaseWhenAProfileRaisesTheRule) {
  const Rule rule{"a.b", Severity::warning, "t", "e", "h", nullptr};
  Profile profile;
  profile.severities["a.b"] = Severity::error;
  EXPECT_EQ(profile.severity_of(rule, std::nullopt), Severity::error);
  EXPECT_EQ(profile.severity_of(rule, Severity::info), Severity::info);
  profile.severities["a.b"] = Severity::info;
  EXPECT_EQ(profile.severity_of(rule, Severity::error), Severity::info);
}

TEST(Engine, ShortensTheAnswersOfAHostileFile) {
  guests::Guest guest = guests::debian12_bios();
  std::string passwd = guest.text_of("/etc/passwd");
  for (int i = 0; i < 5000; ++i) passwd += "x\n";
  guest.fs.file("/etc/passwd", passwd);
  const auto& findings = guest.judge().findings;
  EXPECT_THAT(findings, SizeIs(testing::Le(200U)));
}

TEST(Engine, RegradesFindingsThatWereMadeWithoutAProfile) {
  std::vector<Finding> findings(2);
  findings[0].rule = "disk.qcow2-backing-file";
  findings[0].severity = Severity::error;
  findings[1].rule = "disk.mbr-pte-invalid";
  findings[1].severity = Severity::warning;
  Profile profile;
  profile.severities["disk.mbr-pte-invalid"] = Severity::error;
  profile.severities["disk.qcow2-backing-file"] = std::nullopt;
  regrade(findings, profile);
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_EQ(findings[0].severity, Severity::error);
}

TEST(SystemRules, HoldTheDiskAgainstTheLimitsOfTheProfile) {
  guests::Guest guest = guests::debian12_bios();
  Profile profile;
  profile.limits.max_disk_size = 1U << 30U;
  EXPECT_THAT(guest.complaints(profile), testing::ElementsAre("disk.virtual-size error"));
  profile.limits.max_disk_size.reset();
  profile.limits.root_filesystems = {"xfs"};
  EXPECT_THAT(guest.complaints(profile), testing::ElementsAre("fs.root-type error"));
}

}  // namespace
}  // namespace imprint::rules

#include "guestfs/inspect/ledger.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "guestfs/rules/table.h"

namespace imprint::inspect {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr const char* today = "2026-06-30";

std::vector<rules::Profile> profiles_of(std::optional<Severity> of_multi_boot) {
  std::vector<rules::Profile> profiles(2);
  profiles[0].name = "generic";
  profiles[1].name = "strict";
  profiles[1].severities["os.multi-boot"] = of_multi_boot;
  return profiles;
}

rules::Evidence evidence(const std::string& message) {
  rules::Evidence evidence;
  evidence.message = message;
  return evidence;
}

TEST(Ledger, HasOneOpinionForOneProfile) {
  const std::vector<rules::Profile> profiles(1);
  Ledger ledger{profiles, today};
  ledger.fired("os.multi-boot", evidence("two"));
  ledger.answered("os.");
  ImageReport report;
  ledger.close(report);
  EXPECT_EQ(report.verdict, Verdict::accepted);
  ASSERT_THAT(report.findings, SizeIs(1));
  EXPECT_EQ(report.findings[0].severity, Severity::warning);
  EXPECT_THAT(report.profiles, IsEmpty());
  const auto answer = std::ranges::find(report.answers, "os.multi-boot", &RuleAnswer::rule);
  EXPECT_EQ(answer->answer, Answered::fired);
  EXPECT_EQ(report.coverage.evaluated, std::ssize(report.answers));
}

TEST(Ledger, TakesTheWorstOfSeveralProfilesAndTellsWhereTheyDiffer) {
  const auto profiles = profiles_of(Severity::error);
  Ledger ledger{profiles, today};
  ledger.fired("os.multi-boot", evidence("two"));
  ledger.answered("os.");
  ImageReport report;
  ledger.close(report);
  EXPECT_EQ(report.verdict, Verdict::rejected);
  ASSERT_THAT(report.findings, SizeIs(1));
  EXPECT_EQ(report.findings[0].severity, Severity::error);
  ASSERT_THAT(report.profiles, SizeIs(2));
  EXPECT_EQ(report.profiles[0].verdict, Verdict::accepted);
  EXPECT_EQ(report.profiles[1].verdict, Verdict::rejected);
  const auto differences = differences_of(report.profiles);
  ASSERT_THAT(differences, SizeIs(1));
  EXPECT_THAT(differences[0].answers, ElementsAre("warning", "error"));
}

TEST(Ledger, LeavesOutWhatOneProfileTurnsOff) {
  const auto profiles = profiles_of(std::nullopt);
  Ledger ledger{profiles, today};
  ledger.fired("os.multi-boot", evidence("two"));
  ledger.answered("os.");
  ImageReport report;
  ledger.close(report);
  EXPECT_THAT(report.profiles[1].findings, IsEmpty());
  const auto differences = differences_of(report.profiles);
  ASSERT_THAT(differences, SizeIs(1));
  EXPECT_THAT(differences[0].answers, ElementsAre("warning", "off"));
}

TEST(Ledger, LetsNoProfileWaveThroughWhatWasNotRead) {
  std::vector<rules::Profile> profiles(1);
  profiles[0].severities["disk.unreadable"] = std::nullopt;
  profiles[0].severities["disk.qcow2-backing-file"] = std::nullopt;
  Ledger unread{profiles, today};
  unread.undetermined("disk.unreadable", "gone");
  ImageReport report;
  unread.close(report);
  EXPECT_EQ(report.verdict, Verdict::undetermined);

  Ledger reaching_out{profiles, today};
  Finding finding;
  finding.rule = "disk.qcow2-backing-file";
  finding.severity = Severity::error;
  reaching_out.add_gate_finding(finding);
  ImageReport other;
  reaching_out.close(other);
  EXPECT_EQ(other.verdict, Verdict::rejected);
}

TEST(Ledger, LeavesTheRulesOfAGuestOpenWhereThereIsNone) {
  const std::vector<rules::Profile> profiles(1);
  Ledger ledger{profiles, today};
  ledger.answered("disk.");
  ledger.no_guest("os.none-found", "encrypted");
  ImageReport report;
  ledger.close(report);
  EXPECT_EQ(report.verdict, Verdict::undetermined);
  EXPECT_THAT(report.undetermined, SizeIs(1));
  const auto runnable = std::ranges::count_if(
      rules::all_rules(), [](const rules::Rule& rule) { return rule.evaluate != nullptr; });
  EXPECT_EQ(report.coverage.undetermined, runnable + 1);
}

std::vector<rules::Profile> waiving_multi_boot() {
  auto profiles = profiles_of(Severity::error);
  for (rules::Profile& profile : profiles) profile.severities["os.multi-boot"] = Severity::error;
  rules::Waiver& waiver = profiles[0].waivers.emplace_back();
  waiver.rule = "os.multi-boot";
  waiver.reason = "two on purpose";
  waiver.expires = "2026-12-31";
  return profiles;
}

TEST(Ledger, RejectsNothingForWhatTheProfileWaives) {
  auto profiles = waiving_multi_boot();
  profiles.resize(1);
  Ledger ledger{profiles, today};
  ledger.fired("os.multi-boot", evidence("two"));
  ledger.answered("os.");
  ImageReport report;
  ledger.close(report);
  EXPECT_EQ(report.verdict, Verdict::accepted);
  ASSERT_THAT(report.findings, SizeIs(1));
  EXPECT_EQ(report.findings[0].severity, Severity::error);
  ASSERT_TRUE(report.findings[0].waived);
  EXPECT_EQ(report.findings[0].waived->reason, "two on purpose");
}

TEST(Ledger, WaivesForTheImageOnlyWhatAllProfilesWaive) {
  const auto profiles = waiving_multi_boot();
  Ledger ledger{profiles, today};
  ledger.fired("os.multi-boot", evidence("two"));
  ledger.answered("os.");
  ImageReport report;
  ledger.close(report);
  EXPECT_EQ(report.verdict, Verdict::rejected);
  EXPECT_FALSE(report.findings[0].waived);
  EXPECT_EQ(report.profiles[0].verdict, Verdict::accepted);
  EXPECT_EQ(report.profiles[1].verdict, Verdict::rejected);
  EXPECT_THAT(differences_of(report.profiles)[0].answers, ElementsAre("waived", "error"));
}

TEST(Ledger, SaysWhichWaiversHaveEndedAndWhichFitNothing) {
  auto profiles = waiving_multi_boot();
  profiles.resize(1);
  Ledger late{profiles, "2027-01-01"};
  late.fired("os.multi-boot", evidence("two"));
  late.answered("os.");
  ImageReport report;
  late.close(report);
  EXPECT_EQ(report.verdict, Verdict::rejected);
  EXPECT_NE(std::ranges::find(report.findings, "waiver.expired", &Finding::rule),
            report.findings.end());

  Ledger unused{profiles, today};
  unused.answered("os.");
  ImageReport other;
  unused.close(other);
  EXPECT_EQ(other.verdict, Verdict::accepted);
  ASSERT_THAT(other.findings, SizeIs(1));
  EXPECT_EQ(other.findings[0].rule, "waiver.unused");
}

TEST(Ledger, LeavesOpenWhatCouldNotBeAnswered) {
  auto profiles = waiving_multi_boot();
  profiles.resize(1);
  profiles[0].waivers[0].rule = "boot.no-config";
  Ledger ledger{profiles, today};
  ledger.undetermined("boot.no-config", "not mounted");
  ImageReport report;
  ledger.close(report);
  EXPECT_EQ(report.verdict, Verdict::undetermined);
}

}  // namespace
}  // namespace imprint::inspect

// Every fault of the table whose rule can be repaired, repaired: the finding goes or is kept with a
// reason, nothing new is complained of, and a second repair finds nothing to do.

#include <gmock/gmock.h>

#include <algorithm>
#include <set>

#include "guestfs/rules/table.h"
#include "tests/guests/library/faults.h"
#include "tests/unit/guestfs/repair/repaired_guest.h"

namespace imprint::repair {
namespace {

using guests::Fault;
using guests::Guest;

std::set<std::string> errors_of(Guest& guest, std::string_view profile) {
  std::set<std::string> rules;
  for (const Finding& finding :
       guest.judge(profiles::load_profile(std::string{profile}).value()).findings)
    if (finding.severity != Severity::info) rules.insert(finding.rule + " " + finding.path);
  return rules;
}

/// A milder remark of the same rule may stay.
bool is_found(Guest& guest, const Fault& fault) {
  const auto judged = guest.judge(profiles::load_profile(std::string{fault.profile}).value());
  return std::ranges::any_of(judged.findings, [&](const Finding& finding) {
    return finding.rule == fault.rule && finding.severity == fault.severity;
  });
}

TEST(RepairedFaults, GoOrAreKeptWithAReasonAndBringNoOthers) {
  int repaired = 0;
  for (const Fault& fault : guests::all_faults()) {
    if (find_repair(fault.rule) == nullptr) continue;
    SCOPED_TRACE(std::string{fault.rule} + ": " + std::string{fault.name});
    Guest guest = guests::make_guest(fault.guest);
    fault.plant(guest);
    const std::string profile{fault.profile};
    const auto before = errors_of(guest, profile);
    const RepairPlan plan = test::plan_of(guest, profile);
    test::apply(plan, guest);
    const std::string why = test::why_kept(plan, fault.rule);
    const bool gone = !is_found(guest, fault);
    EXPECT_TRUE(gone || !why.empty());
    if (gone) ++repaired;
    for (const std::string& each : errors_of(guest, profile))
      EXPECT_TRUE(before.contains(each)) << "new: " << each;
    const RepairPlan second = test::plan_of(guest, profile);
    EXPECT_TRUE(second.changes.empty()) << second.changes.front().path;
  }
  EXPECT_GT(repaired, 10);
}

TEST(HealthyGuests, NeedNoRepairThatTheirProfileWouldRefuseThemFor) {
  for (const auto& healthy : guests::healthy_guests()) {
    SCOPED_TRACE(healthy.name);
    Guest guest = healthy.make();
    const auto before = errors_of(guest, "generic");
    const RepairPlan plan = test::plan_of(guest);
    test::apply(plan, guest);
    for (const std::string& each : errors_of(guest, "generic"))
      EXPECT_TRUE(before.contains(each)) << each;
    EXPECT_TRUE(test::plan_of(guest).changes.empty());
  }
}

TEST(TableOfRepairs, NamesRulesThatThereAreEachOnce) {
  std::set<std::string_view> seen;
  for (const Repair& repair : all_repairs()) {
    EXPECT_NE(rules::find_rule(repair.rule), nullptr) << repair.rule;
    EXPECT_TRUE(seen.insert(repair.rule).second) << repair.rule;
  }
}

}  // namespace
}  // namespace imprint::repair

#include <gmock/gmock.h>

#include "guestfs/profiles/load_profile.h"
#include "tests/guests/library/guests.h"

namespace imprint::guests {
namespace {

using testing::IsEmpty;

TEST(HealthyGuests, RaiseNoComplaint) {
  for (const auto& [name, make] : healthy_guests()) {
    Guest guest = make();
    const rules::Judgement judgement = guest.judge();
    for (const Finding& finding : judgement.findings)
      EXPECT_EQ(finding.severity, Severity::info)
          << name << ": " << finding.rule << " " << finding.path << ":" << finding.line.value_or(0)
          << " " << finding.message;
    for (const Undetermined& each : judgement.undetermined)
      ADD_FAILURE() << name << ": " << each.rule << ": " << each.reason;
    EXPECT_GT(judgement.coverage.evaluated, 15) << name;
  }
}

TEST(HealthyGuests, AreUndeterminedWhenTheApplianceDies) {
  for (const auto& [name, make] : healthy_guests()) {
    Guest guest = make();
    guest.fs.fail_with(make_error(Errc::unavailable, "the appliance died"));
    const rules::Judgement judgement = guest.judge();
    EXPECT_THAT(complaints(judgement), IsEmpty()) << name;
    const std::vector<const char*> of_linux{
        "fstab.device-not-in-image", "fstab.root-missing",     "shadow.missing",
        "release.unrecognised",      "selinux.policy-missing", "boot.no-config"};
    const std::vector<const char*> of_windows{"win.hive", "win.bootmgr", "win.virtio"};
    for (const char* rule : guest.facts().windows ? of_windows : of_linux)
      EXPECT_TRUE(std::any_of(judgement.undetermined.begin(), judgement.undetermined.end(),
                              [&](const Undetermined& each) { return each.rule == rule; }))
          << name << " " << rule;
  }
}

}  // namespace
}  // namespace imprint::guests

#include <gmock/gmock.h>

#include "tests/unit/guestfs/rules/guests.h"

namespace imprint::rules::test {
namespace {

using testing::IsEmpty;

TEST(HealthyGuests, RaiseNoComplaint) {
  for (auto& [name, guest] : all_guests()) {
    const Judgement judgement = judge(guest);
    EXPECT_THAT(complaints(judgement), IsEmpty()) << name;
    EXPECT_THAT(judgement.undetermined, IsEmpty()) << name;
    EXPECT_GT(judgement.coverage.evaluated, 20) << name;
  }
}

TEST(HealthyGuests, AreUndeterminedWhenTheApplianceDies) {
  for (auto& [name, guest] : all_guests()) {
    guest.fs.fail_with(make_error(Errc::unavailable, "the appliance died"));
    const Judgement judgement = judge(guest);
    EXPECT_THAT(complaints(judgement), IsEmpty()) << name;
    for (const char* rule : {"fstab.device-not-in-image", "fstab.root-missing", "shadow.missing",
                             "release.unrecognised", "selinux.policy-missing"})
      EXPECT_TRUE(std::any_of(judgement.undetermined.begin(), judgement.undetermined.end(),
                              [&](const Undetermined& each) { return each.rule == rule; }))
          << name << " " << rule;
  }
}

}  // namespace
}  // namespace imprint::rules::test

#include <gmock/gmock.h>

#include "guestfs/profiles/load_profile.h"
#include "tests/unit/guestfs/rules/guests.h"

namespace imprint::rules::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* config = "/etc/selinux/config";

TEST(SelinuxPolicyMissing, RejectsEnforcingWithoutAPolicy) {
  Guest guest = rhel9();
  guest.fs.remove("/etc/selinux/targeted");
  const Judgement judgement = judge(guest);
  EXPECT_THAT(complaints(judgement), ElementsAre("selinux.policy-missing error"));
  EXPECT_EQ(finding_of(judgement, "selinux.policy-missing").line, 2);
}

TEST(SelinuxPolicyMissing, FollowsTheKernelOfDebian) {
  Guest plain = debian12();
  plain.fs.file(config, "SELINUX=enforcing\nSELINUXTYPE=default\n");
  EXPECT_THAT(complaints(plain), IsEmpty());
  EXPECT_EQ(finding_of(judge(plain), "selinux.enabled").line, 1);
  plain.cmdline += " security=selinux";
  EXPECT_THAT(complaints(plain), ElementsAre("selinux.policy-missing error"));
}

TEST(SelinuxPolicyMissing, IsSilentWhereSelinuxIsOffOrPermissive) {
  for (const char* words : {" selinux=0", " enforcing=0", " security=apparmor"}) {
    Guest guest = rhel9();
    guest.fs.remove("/etc/selinux/targeted");
    guest.cmdline += words;
    EXPECT_THAT(complaints(guest), IsEmpty()) << words;
  }
}

TEST(SelinuxUnlabelled, RejectsEnforcingWithoutLabels) {
  Guest guest = centos7();
  guest.fs.file(config, "SELINUX=enforcing\nSELINUXTYPE=targeted\n");
  guest.fs.file("/etc/passwd", text_of(guest, "/etc/passwd"));
  EXPECT_THAT(complaints(guest), ElementsAre("selinux.unlabelled error"));
  guest.fs.file("/.autorelabel", "");
  EXPECT_THAT(complaints(guest), IsEmpty());
}

TEST(SelinuxInvalidValue, RejectsWordsThatAreNone) {
  Guest swapped = rhel9();
  swapped.fs.file(config, "SELINUX=targeted\nSELINUXTYPE=enforcing\n");
  EXPECT_THAT(complaints(swapped),
              ElementsAre("selinux.invalid-value error", "selinux.invalid-value error"));
}

TEST(SelinuxEnabled, IsAMatterOfTheProfile) {
  Guest guest = rhel9();
  EXPECT_THAT(complaints(guest), IsEmpty());
  const auto ecs = profiles::load_profile("ecs");
  ASSERT_TRUE(ecs);
  EXPECT_THAT(complaints(guest, *ecs), testing::Contains(std::string{"selinux.enabled error"}));
}

TEST(SelinuxEnabled, TellsOfALaterLineThatDoesNotCount) {
  Guest guest = centos7();
  guest.fs.file(config, "SELINUX=disabled\nSELINUXTYPE=targeted\nSELINUX=enforcing\n");
  const Finding finding = finding_of(judge(guest), "selinux.enabled");
  EXPECT_EQ(finding.line, 3);
  EXPECT_THAT(finding.message, testing::HasSubstr("takes the first"));
}

}  // namespace
}  // namespace imprint::rules::test

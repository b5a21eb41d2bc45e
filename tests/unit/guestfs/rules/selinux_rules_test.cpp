#include <gmock/gmock.h>

#include "guestfs/profiles/load_profile.h"
#include "tests/guests/library/guests.h"

namespace imprint::guests {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* config = "/etc/selinux/config";

TEST(SelinuxPolicyMissing, RejectsEnforcingWithoutAPolicy) {
  Guest guest = rhel9();
  guest.fs.remove("/etc/selinux/targeted");
  const rules::Judgement judgement = guest.judge();
  EXPECT_THAT(complaints(judgement), ElementsAre("selinux.policy-missing error"));
  EXPECT_EQ(finding_of(judgement, "selinux.policy-missing").line, 2);
}

TEST(SelinuxPolicyMissing, FollowsTheKernelOfDebian) {
  Guest plain = debian12_bios();
  plain.fs.file(config, "SELINUX=enforcing\nSELINUXTYPE=default\n");
  EXPECT_THAT(plain.complaints(), IsEmpty());
  EXPECT_EQ(finding_of(plain.judge(), "selinux.enabled").line, 1);
  plain.edit_all("/boot/grub/grub.cfg", "7a11 ro", "7a11 ro security=selinux");
  EXPECT_THAT(plain.complaints(), ElementsAre("selinux.policy-missing error"));
}

TEST(SelinuxPolicyMissing, IsSilentWhereSelinuxIsOffOrPermissive) {
  for (const char* words : {" selinux=0", " enforcing=0", " security=apparmor"}) {
    Guest guest = rhel9();
    guest.fs.remove("/etc/selinux/targeted");
    guest.edit("/boot/loader/entries/4f1d-5.14.0-362.el9.x86_64.conf", " ro ",
               " ro" + std::string{words} + " ");
    EXPECT_THAT(guest.complaints(), IsEmpty()) << words;
  }
}

TEST(SelinuxUnlabelled, RejectsEnforcingWithoutLabels) {
  Guest guest = centos7();
  guest.fs.file(config, "SELINUX=enforcing\nSELINUXTYPE=targeted\n");
  guest.fs.file("/etc/passwd", guest.text_of("/etc/passwd"));  // without its label
  EXPECT_THAT(guest.complaints(), ElementsAre("selinux.unlabelled error"));
  guest.fs.file("/.autorelabel", "");
  EXPECT_THAT(guest.complaints(), IsEmpty());
}

TEST(SelinuxInvalidValue, RejectsWordsThatAreNone) {
  Guest swapped = rhel9();
  swapped.fs.file(config, "SELINUX=targeted\nSELINUXTYPE=enforcing\n");
  EXPECT_THAT(swapped.complaints(), ElementsAre("selinux.invalid-value error"));
}

TEST(SelinuxInvalidValue, TellsOfALineThatLibselinuxPassesOver) {
  for (const char* line : {"SELINUX = disabled", " SELINUX=disabled", "selinux=disabled"}) {
    Guest guest = rhel9();
    guest.fs.file(config, "# SELINUX= can take three values\n" + std::string{line} +
                              "\nSELINUXTYPE=targeted\n");
    const rules::Judgement judgement = guest.judge();
    EXPECT_THAT(complaints(judgement), ElementsAre("selinux.invalid-value warning")) << line;
    EXPECT_EQ(finding_of(judgement, "selinux.invalid-value").line, 2) << line;
  }
}

TEST(SelinuxEnabled, IsAMatterOfTheProfile) {
  Guest guest = rhel9();
  EXPECT_THAT(guest.complaints(), IsEmpty());
  const auto ecs = profiles::load_profile("ecs");
  ASSERT_TRUE(ecs);
  EXPECT_THAT(guest.complaints(*ecs), testing::Contains(std::string{"selinux.enabled error"}));
}

TEST(SelinuxEnabled, TellsOfALaterLineThatDoesNotCount) {
  Guest guest = centos7();
  guest.fs.file(config, "SELINUX=disabled\nSELINUXTYPE=targeted\nSELINUX=enforcing\n");
  const Finding finding = finding_of(guest.judge(), "selinux.enabled");
  EXPECT_EQ(finding.line, 3);
  EXPECT_THAT(finding.message, testing::HasSubstr("takes the first"));
}

}  // namespace
}  // namespace imprint::guests

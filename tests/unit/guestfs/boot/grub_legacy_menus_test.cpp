// Entries of GRUB legacy that go on to another menu.

#include <gmock/gmock.h>

#include "tests/guests/library/guests.h"

namespace imprint::guests {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* config = "/boot/grub/grub.conf";
constexpr const char* other_config = "/boot/grub/other.conf";

/// CentOS 6, whose only entry goes on to `target`, where its menu was moved.
Guest moved(const std::string& target) {
  Guest guest = centos6();
  guest.fs.file(other_config, guest.text_of(config));
  guest.fs.file(config, "default=0\ntitle Other\n\troot (hd0,0)\n\tconfigfile " + target + "\n");
  return guest;
}

TEST(GrubLegacyMenus, AreFollowedToTheEntryThatBoots) {
  for (const char* target : {"/grub/other.conf", "(hd0,0)/grub/other.conf"}) {
    Guest guest = moved(target);
    EXPECT_THAT(guest.complaints(), IsEmpty()) << target;
    EXPECT_THAT(guest.undetermined(), IsEmpty()) << target;
    const facts::Boot boot = guest.boot();
    EXPECT_THAT(boot.configs, ElementsAre(config, other_config));
    ASSERT_TRUE(boot.default_or_null());
    EXPECT_EQ(boot.default_or_null()->place.path, other_config);
    ASSERT_TRUE(boot.root);
    EXPECT_EQ(boot.root->resolution.volume, 1U);
  }
}

TEST(GrubLegacyMenus, AreJudgedByTheLinesOfTheMenuThatBoots) {
  Guest guest = moved("/grub/other.conf");
  guest.edit(other_config, "kernel /vmlinuz", "kernel /gone");
  const Finding finding = guest.finding_of("boot.kernel-missing");
  EXPECT_EQ(finding.severity, Severity::error);
  EXPECT_EQ(finding.path, other_config);
}

TEST(GrubLegacyMenus, AreMissedAtTheLineThatNamesThem) {
  Guest guest = moved("/grub/gone.conf");
  EXPECT_THAT(guest.complaints(), ElementsAre("boot.no-config error"));
  EXPECT_THAT(guest.undetermined(), IsEmpty());
  EXPECT_EQ(guest.finding_of("boot.no-config").path, config);
  EXPECT_EQ(guest.finding_of("boot.no-config").line, 4);
}

TEST(GrubLegacyMenus, OfADiskThatIsNotThereAreToldOnce) {
  Guest guest = moved("/grub/other.conf");
  guest.edit(config, "(hd0,0)", "(hd1,0)");
  EXPECT_THAT(guest.complaints(), ElementsAre("boot.grub1-root-device error"));
}

TEST(GrubLegacyMenus, ThatLeadBackToThemselvesNeverBoot) {
  Guest guest = moved("/grub/grub.conf");
  EXPECT_THAT(guest.complaints(), ElementsAre("boot.no-config error"));
  Guest circle = moved("/grub/other.conf");
  circle.fs.file(other_config, "title Back\n\tconfigfile /grub/grub.conf\n");
  EXPECT_THAT(circle.complaints(), ElementsAre("boot.no-config error"));
  EXPECT_EQ(circle.finding_of("boot.no-config").path, other_config);
}

TEST(GrubLegacyMenus, AreFollowedSoFar) {
  Guest guest = moved("/grub/1.conf");
  for (int i = 1; i < 50; ++i)
    guest.fs.file(fmt::format("/boot/grub/{}.conf", i),
                  fmt::format("title Next\n\tconfigfile /grub/{}.conf\n", i + 1));
  EXPECT_EQ(guest.boot().configs.size(), 10U);
  EXPECT_THAT(guest.undetermined(), ElementsAre("boot.kernel-missing"));
}

TEST(GrubLegacyMenus, OfOtherEntriesAreLeftAlone) {
  Guest guest = centos6();
  guest.append(config, "title Other\n\tconfigfile /grub/gone.conf\n");
  EXPECT_THAT(guest.complaints(), IsEmpty());
}

}  // namespace
}  // namespace imprint::guests

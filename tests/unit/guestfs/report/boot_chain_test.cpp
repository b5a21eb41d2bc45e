#include "guestfs/report/boot_chain.h"

#include <gtest/gtest.h>

#include "tests/unit/guestfs/report/sample.h"

namespace imprint::report {
namespace {

LinkState state_of(const ImageReport& image, Link link) {
  return boot_chain(image).at(static_cast<std::size_t>(link)).state;
}

TEST(BootChain, IsGoodForAHealthyImage) {
  for (const ChainLink& link : boot_chain(test::accepted_image())) {
    EXPECT_EQ(link.state, LinkState::good) << link.name;
    EXPECT_NE(link.detail, "") << link.name;
  }
}

TEST(BootChain, MarksTheLinkThatIsBroken) {
  ImageReport image = test::accepted_image();
  image.findings.push_back({"boot.kernel-missing", Severity::error, "", {}, "", "gone", "", ""});
  image.findings.push_back({"boot.resume-unresolvable", Severity::warning, "", {}, "", "", "", ""});
  image.undetermined.push_back({"boot.initrd-missing", "squashfs"});
  EXPECT_EQ(state_of(image, Link::configuration), LinkState::good);
  EXPECT_EQ(state_of(image, Link::kernel), LinkState::broken);
  EXPECT_EQ(state_of(image, Link::root), LinkState::doubtful);
  EXPECT_EQ(state_of(image, Link::initramfs), LinkState::unknown);
}

TEST(BootChain, KnowsNothingOfWhatWasNotRead) {
  for (const ChainLink& link : boot_chain(test::unreadable_image()))
    EXPECT_EQ(link.state, LinkState::unknown) << link.name;
}

TEST(BootChain, GivesEveryRuleALink) {
  EXPECT_EQ(link_of("disk.qcow2-backing-file"), Link::disk);
  EXPECT_EQ(link_of("boot.bios-no-bootcode"), Link::loader);
  EXPECT_EQ(link_of("boot.grub2-parse"), Link::configuration);
  EXPECT_EQ(link_of("boot.initrd-missing"), Link::initramfs);
  EXPECT_EQ(link_of("boot.root-unresolvable"), Link::root);
  EXPECT_EQ(link_of("fstab.syntax"), Link::system);
}

}  // namespace
}  // namespace imprint::report

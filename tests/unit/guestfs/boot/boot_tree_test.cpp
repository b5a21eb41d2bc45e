#include "guestfs/facts/boot_tree.h"

#include <gtest/gtest.h>

#include "guestfs/facts/grub_device.h"
#include "tests/guests/library/guests.h"

namespace imprint::facts {
namespace {

using guest::GuestPath;
using guest::Match;

class BootTreeOfThreeVolumes : public testing::Test {
 protected:
  BootTreeOfThreeVolumes()
      : guest_{guests::debian12_lvm_uefi()},
        following_{guest_.fs},
        tree_{following_, guest_.inventory, guest_.mounts} {}

  static GuestPath path(const char* text) { return GuestPath::parse(text).value(); }

  guests::Guest guest_;
  guest::FollowingFs following_;
  BootTree tree_;
};

TEST_F(BootTreeOfThreeVolumes, NamesAPathAsItsVolumeDoes) {
  EXPECT_EQ(tree_.on_volume(path("/boot/grub/grub.cfg"))->path, "/grub/grub.cfg");
  EXPECT_EQ(tree_.on_volume(path("/boot/grub/grub.cfg"))->volume, 1U);
  EXPECT_EQ(tree_.on_volume(path("/boot/efi"))->path, "/");
  EXPECT_EQ(tree_.on_volume(path("/bootx"))->volume, 3U);
}

TEST_F(BootTreeOfThreeVolumes, FindsAFileInTheMountedTree) {
  EXPECT_EQ(tree_.find({1, "/vmlinuz-6.1.0-18-amd64"}).path.str(), "/boot/vmlinuz-6.1.0-18-amd64");
  EXPECT_EQ(tree_.find({1, "/boot/vmlinuz-6.1.0-18-amd64"}).match, Match::absent);
  EXPECT_EQ(tree_.find({9, "/x"}).match, Match::unknown);
}

TEST_F(BootTreeOfThreeVolumes, CannotLookBelowAnotherMount) {
  EXPECT_EQ(tree_.find({3, "/boot/vmlinuz-6.1.0-18-amd64"}).match, Match::unknown);
}

TEST_F(BootTreeOfThreeVolumes, DoesNotFollowALinkToAnotherFileSystem) {
  guest_.fs.link("/vmlinuz", "boot/vmlinuz-6.1.0-18-amd64");
  EXPECT_EQ(tree_.find({3, "/vmlinuz"}).match, Match::absent);
}

TEST_F(BootTreeOfThreeVolumes, ComparesNamesOnFatWithoutCase) {
  EXPECT_TRUE(tree_.find_without_case(path("/boot/efi"), "efi/boot/bootx64.efi"));
  EXPECT_FALSE(tree_.find_without_case(path("/boot/efi"), "efi/boot/bootia32.efi"));
}

TEST_F(BootTreeOfThreeVolumes, TellsWhatIsNotMounted) {
  guest_.mounts.pop_back();
  const BootTree tree{following_, guest_.inventory, guest_.mounts};
  EXPECT_EQ(tree.find({0, "/EFI/BOOT/BOOTX64.EFI"}).match, Match::unknown);
}

TEST(GrubDevices, CountPartitionsFromOneAndInLegacyFromZero) {
  const guests::Guest guest = guests::debian12_lvm_uefi();
  EXPECT_EQ(resolve_grub_device(guest.inventory, "hd0,gpt2").volume, 1U);
  EXPECT_EQ(resolve_grub_device(guest.inventory, "(hd0,2)").volume, 1U);
  EXPECT_EQ(resolve_grub_device(guest.inventory, "lvm/debian--vg-root").volume, 3U);
  EXPECT_EQ(resolve_grub_legacy_device(guest.inventory, "(hd0,1)").volume, 1U);
  EXPECT_EQ(resolve_grub_device(guest.inventory, "hd0,gpt9").match, Match::absent);
  EXPECT_EQ(resolve_grub_device(guest.inventory, "hd3,gpt1").match, Match::absent);
  for (const char* name :
       {"", "hd", "hd0,", "hd0,gpt", "hdx,1", "hd0,gpt0", "cd0", "proc", "hd99999999999,1"})
    EXPECT_NE(resolve_grub_device(guest.inventory, name).match, Match::found) << name;
}

TEST(GrubDevices, AreNamedSoThatTheyAreFoundAgain) {
  const guests::Guest guest = guests::debian12_lvm_uefi();
  for (std::size_t i = 0; i < guest.inventory.volumes.size(); ++i)
    EXPECT_EQ(resolve_grub_device(guest.inventory, grub_device_name(guest.inventory, i)).volume, i);
}

}  // namespace
}  // namespace imprint::facts

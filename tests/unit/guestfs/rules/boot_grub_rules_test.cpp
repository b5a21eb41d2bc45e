// GRUB's files and where it lies.

#include <gmock/gmock.h>

#include "tests/guests/library/guests.h"

namespace imprint::guests {
namespace {

using testing::ElementsAre;

/// RHEL 8 as clouds ship it for both firmwares: the environment lies beside GRUB for UEFI.
Guest with_linked_environment() {
  Guest guest = rhel8();
  guest::Volume esp;
  esp.device = "/dev/sda3";
  esp.filesystem = "vfat";
  esp.part_type = "0xef";
  guest.mounts.push_back({guest.inventory.volumes.size(), "/boot/efi", ""});
  guest.inventory.volumes.push_back(std::move(esp));
  guest.fs.file("/boot/efi/EFI/redhat/grubenv", guest.text_of("/boot/grub2/grubenv"))
      .remove("/boot/grub2/grubenv")
      .link("/boot/grub2/grubenv", "../efi/EFI/redhat/grubenv");
  return guest;
}

TEST(BootGrubRules, AnEnvironmentOutOfReachIsNoErrorWhereTheConfigurationDoesWithoutIt) {
  Guest guest = with_linked_environment();
  EXPECT_THAT(guest.complaints(), ElementsAre("boot.grubenv-symlink-bios warning"));
}

TEST(BootGrubRules, AnEnvironmentOutOfReachLeavesTheKernelWithoutItsCommandLine) {
  Guest guest = with_linked_environment();
  guest.edit("/boot/grub2/grub.cfg", "set kernelopts=", "set other=");
  EXPECT_THAT(guest.complaints(), ElementsAre("boot.bls-kernelopts-undefined error",
                                              "boot.grubenv-symlink-bios warning"));
}

}  // namespace
}  // namespace imprint::guests

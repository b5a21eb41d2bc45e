#include "guestfs/inspect/shared_machine.h"

#include <gtest/gtest.h>

namespace imprint::inspect {
namespace {

guest::Inventory disk_with(const std::vector<std::string>& filesystems) {
  guest::Inventory inventory;
  for (const std::string& filesystem : filesystems)
    inventory.volumes.emplace_back().filesystem = filesystem;
  return inventory;
}

TEST(SharedMachine, ReadsWhatTheKernelMountsByItself) {
  EXPECT_TRUE(may_share_machine(disk_with({"", "vfat", "ext4", "xfs", "swap"})));
  EXPECT_TRUE(may_share_machine(disk_with({})));
}

TEST(SharedMachine, ReadsNothingThatIsPutTogetherOpenedOrServed) {
  for (const char* filesystem : {"LVM2_member", "linux_raid_member", "btrfs", "crypto_LUKS", "ntfs",
                                 "zfs_member", "iso9660", "BitLocker", "something new"})
    EXPECT_FALSE(may_share_machine(disk_with({"ext4", filesystem}))) << filesystem;
}

}  // namespace
}  // namespace imprint::inspect

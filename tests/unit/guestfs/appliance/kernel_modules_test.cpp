#include "guestfs/appliance/kernel_modules.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "tests/support/temp_folder.h"

namespace imprint::appliance {
namespace {

TEST(KernelModules, AreLoadedAfterWhatTheyNeed) {
  const auto order = modules_to_load(
      "kernel/fs/btrfs/btrfs.ko: kernel/lib/raid6_pq.ko kernel/crypto/xor.ko\n"
      "kernel/crypto/xor.ko:\n"
      "kernel/lib/raid6_pq.ko: kernel/lib/below.ko\n"
      "kernel/lib/below.ko:\n");
  const auto place = [&](const char* name) {
    return std::find(order.begin(), order.end(), name) - order.begin();
  };
  ASSERT_EQ(order.size(), 4U);
  EXPECT_LT(place("kernel/lib/below.ko"), place("kernel/lib/raid6_pq.ko"));
  EXPECT_LT(place("kernel/lib/raid6_pq.ko"), place("kernel/fs/btrfs/btrfs.ko"));
  EXPECT_LT(place("kernel/crypto/xor.ko"), place("kernel/fs/btrfs/btrfs.ko"));
}

TEST(KernelModules, AreOnlyThoseThatDisksNeed) {
  EXPECT_TRUE(modules_to_load("kernel/net/ipv6/ipv6.ko:\nkernel/fs/nfs/nfs.ko:\n").empty());
  EXPECT_EQ(modules_to_load("kernel/drivers/scsi/virtio_scsi.ko.xz:\n").size(), 1U);
}

TEST(KernelModules, ThatNeedEachOtherEndTheSearch) {
  EXPECT_EQ(modules_to_load("fs/xfs/xfs.ko: lib/a.ko\nlib/a.ko: fs/xfs/xfs.ko\n").size(), 2U);
}

TEST(KernelVersion, StandsWhereTheHeaderPoints) {
  const test::TempFolder folder;
  std::string kernel(2048, '\0');
  kernel.replace(0x202, 4, "HdrS");
  kernel[0x20e] = '\x10';
  kernel[0x20f] = '\x02';
  kernel.replace(0x410, 14, "6.1.0-56 (them)");
  std::ofstream{folder / "kernel"} << kernel;
  EXPECT_EQ(*kernel_version(folder / "kernel"), "6.1.0-56");
  std::ofstream{folder / "text"} << "no kernel";
  EXPECT_EQ(kernel_version(folder / "text").error().code, Errc::corrupt);
}

}  // namespace
}  // namespace imprint::appliance

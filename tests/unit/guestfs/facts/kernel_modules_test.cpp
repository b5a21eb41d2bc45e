#include "guestfs/facts/kernel_modules.h"

#include <gmock/gmock.h>

#include <random>

#include "guestfs/guest/memory_fs.h"

namespace imprint::facts {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(ModulesDep, TellsNamesAndNeeds) {
  const ModuleIndex index = parse_modules_dep(
      "kernel/drivers/block/virtio_blk.ko.xz: kernel/drivers/virtio/virtio.ko.xz "
      "kernel/drivers/virtio/virtio_ring.ko.xz\n"
      "kernel/drivers/virtio/virtio.ko.xz: kernel/drivers/virtio/virtio_ring.ko.xz\n"
      "no colon here\n: nothing\n\xff\xfe\n"
      "/lib/modules/2.6.18/kernel/drivers/md/dm-mod.ko:\n");
  ASSERT_EQ(index.size(), 3U);
  EXPECT_THAT(index.at("virtio_blk").needs, ElementsAre("virtio", "virtio_ring"));
  EXPECT_EQ(index.at("dm_mod").path, "/lib/modules/2.6.18/kernel/drivers/md/dm-mod.ko");
}

TEST(ModulesBuiltin, TellsNames) {
  EXPECT_THAT(parse_modules_builtin("kernel/fs/ext4/ext4.ko\nkernel/drivers/md/dm-mod.ko\nx\n"),
              ElementsAre("dm_mod", "ext4"));
}

TEST(KernelConfig, KeepsTristates) {
  const KernelConfig config = parse_kernel_config(
      "# comment\nCONFIG_VIRTIO=y\nCONFIG_VIRTIO_BLK=m\n# CONFIG_XFS_FS is not set\n"
      "CONFIG_NR_CPUS=64\nCONFIG_DEFAULT_HOSTNAME=\"y\"\nCONFIG_=y\n=\nCONFIG_X\n");
  EXPECT_EQ(config.at("VIRTIO"), 'y');
  EXPECT_EQ(config.at("VIRTIO_BLK"), 'm');
  EXPECT_FALSE(config.contains("XFS_FS"));
}

TEST(Modprobe, TellsWhatIsKeptFromLoading) {
  const auto blocks = parse_modprobe(
      "# blacklist no\nblacklist virtio-blk\n  install xfs /bin/true\ninstall usb-storage "
      "/bin/false\n"
      "install snd /sbin/modprobe --ignore-install snd\noptions x y\nblacklist\n",
      "/etc/modprobe.d/a.conf");
  ASSERT_EQ(blocks.size(), 3U);
  EXPECT_EQ(blocks[0].module, "virtio_blk");
  EXPECT_EQ(blocks[0].place.line, 2);
  EXPECT_EQ(blocks[1].module, "xfs");
  EXPECT_EQ(blocks[2].module, "usb_storage");
}

TEST(Modprobe, CommandLinesBlockToo) {
  const auto blocks = blocked_by_cmdline(
      "quiet modprobe.blacklist=a,virtio-net module_blacklist=b rd.driver.blacklist=c "
      "rdblacklist=d x=e",
      {});
  std::vector<std::string> names;
  for (const ModuleBlock& block : blocks) names.push_back(block.module);
  EXPECT_THAT(names, ElementsAre("a", "virtio_net", "b", "c", "d"));
}

TEST(ParsersOfKernelFiles, TakeAnyBytes) {
  std::mt19937 random{3};
  for (int round = 0; round < 300; ++round) {
    std::string bytes(random() % 600, '\0');
    for (char& byte : bytes) byte = ":= \n/.komCONFIG_y\xff#"[random() % 20];
    parse_modules_dep(bytes);
    parse_modules_builtin(bytes);
    parse_kernel_config(bytes);
    parse_modprobe(bytes, "/x");
    blocked_by_cmdline(bytes, {});
  }
}

class KernelOfAGuest : public testing::Test {
 protected:
  KernelFacts read(const std::string& cmdline = "ro") {
    Boot boot;
    BootEntry entry;
    entry.kernel = BootFile{"/vmlinuz", {}, guest::Match::found, "/boot/vmlinuz-6.1.0", 10, {}};
    entry.cmdline = cmdline;
    boot.entries.push_back(entry);
    boot.default_entry = 0;
    guest::FollowingFs following{fs_};
    return read_kernel(following, boot);
  }

  void SetUp() override { fs_.file("/boot/vmlinuz-6.1.0", "MZ no version inside"); }

  guest::MemoryFs fs_;
};

TEST_F(KernelOfAGuest, HasDriversAsModulesAndBuiltIn) {
  fs_.file("/lib/modules/6.1.0/modules.dep",
           "kernel/drivers/block/virtio_blk.ko: kernel/drivers/virtio/virtio_ring.ko\n"
           "kernel/drivers/virtio/virtio_ring.ko:\nkernel/fs/xfs/xfs.ko:\n")
      .file("/lib/modules/6.1.0/modules.builtin", "kernel/fs/ext4/ext4.ko\n")
      .file("/lib/modules/6.1.0/kernel/drivers/block/virtio_blk.ko", "x")
      .file("/lib/modules/6.1.0/kernel/drivers/virtio/virtio_ring.ko", "x")
      .file("/lib/modules/6.1.0/kernel/drivers/virtio/virtio_pci.ko.xz", "x");
  const KernelFacts kernel = read();
  EXPECT_EQ(kernel.version, "6.1.0");
  EXPECT_EQ(kernel.folder, "/lib/modules/6.1.0");
  EXPECT_EQ(kernel.driver("virtio_blk"), Driver::module);
  EXPECT_EQ(kernel.driver("ext4"), Driver::built_in);
  EXPECT_EQ(kernel.driver("virtio_net"), Driver::absent);
  EXPECT_EQ(kernel.driver("virtio_pci"), Driver::module);
  EXPECT_THAT(kernel.stray, ElementsAre("virtio_pci"));
  EXPECT_EQ(kernel.driver("xfs"), Driver::absent);
  EXPECT_THAT(kernel.lost, ElementsAre("xfs"));
  EXPECT_THAT(kernel.with_needs("virtio_blk"), ElementsAre("virtio_blk", "virtio_ring"));
}

TEST_F(KernelOfAGuest, IsKnownByItsConfiguration) {
  fs_.file("/boot/config-6.1.0", "CONFIG_VIRTIO_BLK=y\nCONFIG_VIRTIO=y\n");
  const KernelFacts kernel = read();
  EXPECT_EQ(kernel.driver("virtio_blk"), Driver::built_in);
  EXPECT_EQ(kernel.driver("virtio_ring"), Driver::built_in);
  EXPECT_EQ(kernel.driver("virtio_net"), Driver::absent);
  EXPECT_TRUE(kernel.is_monolithic());
}

TEST_F(KernelOfAGuest, ThatTellsNothingIsNotKnown) {
  const KernelFacts kernel = read();
  EXPECT_EQ(kernel.driver("virtio_blk"), Driver::unknown);
  EXPECT_FALSE(kernel.is_monolithic());
  EXPECT_TRUE(kernel.folder.empty());
}

TEST_F(KernelOfAGuest, NeedsThatRunInACircleEnd) {
  fs_.file("/lib/modules/6.1.0/modules.dep", "a.ko: b.ko\nb.ko: a.ko\n");
  EXPECT_THAT(read().with_needs("a"), ElementsAre("a", "b"));
}

TEST_F(KernelOfAGuest, FilesOfTheAdministratorHideThoseOfTheSystem) {
  fs_.file("/etc/modprobe.d/a.conf", "").file("/usr/lib/modprobe.d/a.conf", "blacklist x\n");
  fs_.file("/usr/lib/modprobe.d/b.conf", "blacklist y\n")
      .file("/etc/modprobe.d/b.bak", "blacklist z\n");
  const KernelFacts kernel = read("module_blacklist=w");
  std::vector<std::string> names;
  for (const ModuleBlock& block : kernel.blocks) names.push_back(block.module);
  EXPECT_THAT(names, ElementsAre("w", "y"));
}

TEST_F(KernelOfAGuest, WithoutAKernelNothingIsRead) {
  guest::FollowingFs following{fs_};
  EXPECT_TRUE(read_kernel(following, {}).image.empty());
  fs_.fail_with({Errc::unavailable, "gone"});
  EXPECT_THAT(read().unknown, testing::HasSubstr("gone"));
}

}  // namespace
}  // namespace imprint::facts

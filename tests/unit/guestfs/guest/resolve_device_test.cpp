#include <gtest/gtest.h>

#include "guestfs/guest/device_set.h"
#include "guestfs/guest/inventory.h"

namespace imprint::guest {
namespace {

Volume partition(int disk, int number, std::string filesystem, std::string uuid,
                 std::string label = {}) {
  Volume volume;
  volume.disk = disk;
  volume.number = number;
  volume.device =
      "/dev/sd" + std::string(1, static_cast<char>('a' + disk)) + std::to_string(number);
  volume.filesystem = std::move(filesystem);
  volume.uuid = std::move(uuid);
  volume.label = std::move(label);
  return volume;
}

Volume logical(std::string group, std::string name) {
  Volume volume;
  volume.kind = Volume::Kind::logical_volume;
  volume.disk = -1;
  volume.device = "/dev/" + group + "/" + name;
  volume.volume_group = std::move(group);
  volume.logical_volume = std::move(name);
  return volume;
}

constexpr std::size_t esp = 0;
constexpr std::size_t root = 1;
constexpr std::size_t lvm_root = 3;
constexpr std::size_t mbr_part = 4;

/// A GPT disk, a volume group and an MBR disk.
Inventory sample() {
  Inventory inventory;
  inventory.volumes.push_back(partition(0, 1, "vfat", "1A2B-3C4D", "ESP"));
  inventory.volumes.push_back(
      partition(0, 2, "ext4", "b0f3a1c2-0000-4000-8000-0123456789ab", "root fs"));
  inventory.volumes.push_back(partition(0, 3, "LVM2_member", "pv-uuid"));
  inventory.volumes.push_back(logical("vg-0", "lv-root"));
  inventory.volumes.push_back(partition(1, 1, "xfs", "11111111-2222-4333-8444-555555555555"));
  inventory.volumes[lvm_root].mapper_uuid = "LVM-groupvolume";
  inventory.volumes[esp].part_uuid = "aaaaaaaa-0000-4000-8000-000000000001";
  inventory.volumes[root].part_uuid = "aaaaaaaa-0000-4000-8000-000000000002";
  inventory.volumes[root].part_label = "Linux/root";
  inventory.volumes[mbr_part].part_uuid = "deadbeef-01";
  return inventory;
}

struct Case {
  const char* spec;
  Match match;
  std::size_t volume = 0;
};

class ResolveDevice : public testing::TestWithParam<Case> {};

TEST_P(ResolveDevice, FindsWhatLinuxWouldFind) {
  const Resolution resolution = resolve_device(sample(), GetParam().spec);
  EXPECT_EQ(resolution.match, GetParam().match) << GetParam().spec;
  ASSERT_EQ(resolution.volume.has_value(), GetParam().match == Match::found);
  EXPECT_EQ(resolution.volume.value_or(GetParam().volume), GetParam().volume) << GetParam().spec;
}

INSTANTIATE_TEST_SUITE_P(
    Tags, ResolveDevice,
    testing::Values(
        Case{"UUID=b0f3a1c2-0000-4000-8000-0123456789ab", Match::found, root},
        Case{"UUID=B0F3A1C2-0000-4000-8000-0123456789AB", Match::found, root},
        Case{"UUID=\"b0f3a1c2-0000-4000-8000-0123456789ab\"", Match::found, root},
        Case{"\"UUID=1a2b-3c4d\"", Match::found, esp}, Case{"UUID=1a2b3c4d", Match::absent},
        Case{"UUID=", Match::absent}, Case{"LABEL='root fs'", Match::found, root},
        Case{"LABEL=ROOT FS", Match::absent}, Case{"LABEL=", Match::absent},
        Case{"PARTUUID=AAAAAAAA-0000-4000-8000-000000000002", Match::found, root},
        Case{"PARTUUID=DEADBEEF-01", Match::found, mbr_part},
        Case{"PARTUUID=deadbeef-1", Match::absent},
        Case{"PARTUUID=aaaaaaaa-0000-4000-8000-000000000001/PARTNROFF=1", Match::found, root},
        Case{"PARTUUID=aaaaaaaa-0000-4000-8000-000000000001/PARTNROFF=x", Match::absent},
        Case{"PARTUUID=aaaaaaaa-0000-4000-8000-000000000001/PARTNROFF=2147483647", Match::absent},
        Case{"PARTLABEL=Linux/root", Match::found, root},
        Case{"uuid=1A2B-3C4D", Match::not_a_device}));

INSTANTIATE_TEST_SUITE_P(
    ByFolders, ResolveDevice,
    testing::Values(Case{"/dev/disk/by-uuid/1A2B-3C4D", Match::found, esp},
                    Case{"/dev/disk/by-label/root\\x20fs", Match::found, root},
                    Case{"/dev/disk/by-partlabel/Linux\\x2froot", Match::found, root},
                    Case{"/dev/disk/by-partuuid/aaaaaaaa-0000-4000-8000-000000000001", Match::found,
                         esp},
                    Case{"/dev/disk/by-label/bad\\x2", Match::absent},
                    Case{"/dev/disk/by-path/pci-0000:00:07.0-part2", Match::unknown},
                    Case{"/dev/disk/by-id/virtio-serial-part1", Match::unknown}));

INSTANTIATE_TEST_SUITE_P(LogicalVolumes, ResolveDevice,
                         testing::Values(Case{"/dev/mapper/vg--0-lv--root", Match::found, lvm_root},
                                         Case{"/dev/mapper/vg-0-lv-root", Match::absent},
                                         Case{"/dev/vg-0/lv-root", Match::found, lvm_root},
                                         Case{"/dev/vg-0/other", Match::absent}));

INSTANTIATE_TEST_SUITE_P(
    DeviceMapper, ResolveDevice,
    testing::Values(Case{"/dev/disk/by-id/dm-name-vg--0-lv--root", Match::found, lvm_root},
                    Case{"/dev/disk/by-id/dm-name-vg--0-other", Match::absent},
                    Case{"/dev/disk/by-id/dm-uuid-LVM-groupvolume", Match::found, lvm_root},
                    Case{"/dev/disk/by-id/dm-uuid-LVM-groupother", Match::absent},
                    Case{"/dev/disk/by-id/dm-uuid-CRYPT-LUKS2-x-root", Match::unknown}));

INSTANTIATE_TEST_SUITE_P(
    KernelNames, ResolveDevice,
    testing::Values(Case{"/dev/sda2", Match::found, root}, Case{"/dev/vda2", Match::found, root},
                    Case{"/dev/hda1", Match::found, esp}, Case{"/dev/xvda2", Match::found, root},
                    Case{"/dev/sdb1", Match::found, mbr_part},
                    Case{"/dev/nvme0n1p2", Match::found, root},
                    Case{"/dev/nvme1n1p1", Match::found, mbr_part},
                    Case{"/dev/nvme0n2p1", Match::absent}, Case{"/dev/vdb2", Match::absent},
                    Case{"/dev/sdaa1", Match::absent}, Case{"/dev/sda0", Match::absent},
                    Case{"/dev/sda99999999999999999999", Match::absent},
                    Case{"/dev/sda", Match::absent}, Case{"/dev/sd", Match::absent},
                    Case{"/dev/nvme", Match::absent}, Case{"/dev/", Match::absent},
                    Case{"/dev/md0", Match::absent}, Case{"/dev/root", Match::unknown}));

INSTANTIATE_TEST_SUITE_P(
    Others, ResolveDevice,
    testing::Values(Case{"tmpfs", Match::not_a_device}, Case{"none", Match::not_a_device},
                    Case{"", Match::not_a_device}, Case{"host:/export", Match::not_a_device},
                    Case{"UUID=$ROOT_UUID", Match::unknown}, Case{"ID=ata-x", Match::unknown}));

TEST(ResolveDeviceByMapper, LeavesAUuidOpenWhileThatOfAVolumeIsNotKnown) {
  Inventory inventory = sample();
  inventory.volumes[lvm_root].mapper_uuid.clear();
  EXPECT_EQ(resolve_device(inventory, "/dev/disk/by-id/dm-uuid-LVM-groupother").match,
            Match::unknown);
}

TEST(ResolveDeviceMessages, NamesTheNearestOfTheSameKind) {
  const Inventory inventory = sample();
  EXPECT_EQ(resolve_device(inventory, "/dev/disk/by-id/dm-uuid-LVM-groupvolumes").nearest,
            "/dev/disk/by-id/dm-uuid-LVM-groupvolume");
  EXPECT_EQ(resolve_device(inventory, "UUID=b0f3a1c2-0000-4000-8000-0123456789ac").nearest,
            "b0f3a1c2-0000-4000-8000-0123456789ab");
  EXPECT_EQ(resolve_device(inventory, "LABEL=root").nearest, "root fs");
  EXPECT_EQ(resolve_device(inventory, "/dev/vda5").nearest, "/dev/vda1");
  EXPECT_EQ(resolve_device(inventory, "/dev/nvme0n1p9").nearest, "/dev/nvme0n1p1");
  EXPECT_EQ(resolve_device(inventory, "/dev/mapper/vg--0-root").nearest,
            "/dev/mapper/vg--0-lv--root");
  EXPECT_EQ(resolve_device(inventory, "UUID=" + std::string(100000, 'a')).match, Match::absent);
}

TEST(ResolveDeviceInLuks, IsUnknownWhereTheNameMayBeInside) {
  Inventory inventory = sample();
  inventory.volumes.push_back(partition(0, 4, "crypto_LUKS", "luks-uuid"));
  EXPECT_EQ(resolve_device(inventory, "UUID=12345678-0000-4000-8000-0123456789ab").match,
            Match::unknown);
  EXPECT_EQ(resolve_device(inventory, "/dev/mapper/cryptroot").match, Match::unknown);
  EXPECT_EQ(resolve_device(inventory, "/dev/vg9/root").match, Match::unknown);
  EXPECT_EQ(resolve_device(inventory, "PARTUUID=00000000-01").match, Match::absent);
  EXPECT_EQ(resolve_device(inventory, "/dev/sda4").match, Match::found);
}

/// A volume of LUKS and what was opened from it.
Inventory opened_luks() {
  Inventory inventory = sample();
  inventory.volumes.push_back(partition(0, 4, "crypto_LUKS", "luks-uuid"));
  Volume inside = partition(0, 0, "ext4", "inside");
  inside.kind = Volume::Kind::luks;
  inside.device = "/dev/mapper/imprint-luks3";
  inside.opened_from = inventory.volumes.size() - 1;
  inventory.volumes.push_back(inside);
  return inventory;
}

TEST(ResolveDeviceInOpenedLuks, FindsWhatIsInsideAndHidesNothing) {
  Inventory inventory = opened_luks();
  const std::size_t inside = inventory.volumes.size() - 1;
  EXPECT_EQ(resolve_device(inventory, "UUID=inside").volume, inside);
  EXPECT_EQ(resolve_device(inventory, "/dev/mapper/luks-luks-uuid").volume, inside);
  EXPECT_EQ(resolve_device(inventory, "UUID=12345678-0000-4000-8000-0123456789ab").match,
            Match::absent);
  EXPECT_FALSE(is_closed(inventory, inside - 1));
}

TEST(ResolveDeviceInOpenedLuks, KnowsItsNameOnceSomebodyTells) {
  Inventory inventory = opened_luks();
  EXPECT_EQ(resolve_device(inventory, "/dev/mapper/cryptroot").match, Match::unknown);
  inventory.volumes.back().mapper_name = "cryptroot";
  EXPECT_EQ(resolve_device(inventory, "/dev/mapper/cryptroot").volume,
            inventory.volumes.size() - 1);
  EXPECT_EQ(resolve_device(inventory, "/dev/mapper/other").match, Match::absent);
}

TEST(ResolveDeviceOnWholeDisk, FindsTheFileSystemWithoutATable) {
  Inventory inventory;
  Volume disk = partition(0, 0, "ext4", "x");
  disk.kind = Volume::Kind::whole_disk;
  inventory.volumes.push_back(disk);
  EXPECT_EQ(resolve_device(inventory, "/dev/vda").match, Match::found);
  EXPECT_EQ(resolve_device(inventory, "/dev/vda1").match, Match::absent);
}

TEST(ResolveDeviceOnRaid, IsUnknownWhenTheArraysNumberMayDiffer) {
  Inventory inventory;
  inventory.volumes.push_back(partition(0, 1, "linux_raid_member", "x"));
  EXPECT_EQ(resolve_device(inventory, "/dev/md0").match, Match::unknown);
}

TEST(ResolveDeviceOnRaid, FindsAnArrayByTheGuestsOwnName) {
  Inventory inventory;
  Volume array;
  array.kind = Volume::Kind::md_array;
  array.device = "/dev/md127";
  inventory.volumes.push_back(array);
  EXPECT_EQ(resolve_device(inventory, "/dev/md0").match, Match::unknown);
  inventory.volumes[0].array_name = "/dev/md0";
  EXPECT_EQ(resolve_device(inventory, "/dev/md0").volume, 0U);
  EXPECT_EQ(resolve_device(inventory, "/dev/md/0").volume, 0U);
  EXPECT_EQ(resolve_device(inventory, "/dev/md127").match, Match::unknown);
  inventory.volumes[0].array_name = "/dev/md/home";
  EXPECT_EQ(resolve_device(inventory, "/dev/md/home").volume, 0U);
}

}  // namespace
}  // namespace imprint::guest

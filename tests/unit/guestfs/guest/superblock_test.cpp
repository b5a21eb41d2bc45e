// States of volumes, read from what the real mkfs programs write and from the same with one thing
// changed as a kernel changes it.

#include "guestfs/guest/superblock.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <random>

#include "agent/base/command.h"
#include "guestfs/guest/device_set.h"
#include "tests/support/temp_folder.h"

namespace imprint::guest {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::uint64_t mebibyte = std::uint64_t{1} << 20U;

/// A file in the place of a volume.
class VolumeFile : public testing::Test {
 protected:
  void make(std::uint64_t size, std::vector<std::string> mkfs) {
    std::ofstream{path_};
    std::filesystem::resize_file(path_, size);
    Command command;
    command.arguments = std::move(mkfs);
    command.arguments.push_back(path_.string());
    const auto output = run_checked(command);
    ASSERT_TRUE(output) << output.error().message;
  }

  std::string bytes_at(std::uint64_t offset, std::size_t count) {
    std::ifstream file{path_, std::ios::binary};
    std::string bytes(count, '\0');
    file.seekg(static_cast<std::streamoff>(offset));
    file.read(bytes.data(), static_cast<std::streamsize>(count));
    bytes.resize(static_cast<std::size_t>(file.gcount()));
    return bytes;
  }

  void put(std::uint64_t offset, const std::string& bytes) {
    std::fstream file{path_, std::ios::in | std::ios::out | std::ios::binary};
    file.seekp(static_cast<std::streamoff>(offset));
    file << bytes;
    ASSERT_TRUE(file.good());
  }

  std::optional<VolumeState> state(const std::string& type) {
    auto read = read_state(type, [&](std::uint64_t offset, std::size_t count) {
      ++reads_;
      return Result<std::string>{bytes_at(offset, count)};
    });
    EXPECT_TRUE(read);
    return read ? *std::move(read) : std::nullopt;
  }

  test::TempFolder folder_;
  std::filesystem::path path_ = folder_ / "volume";
  int reads_ = 0;
};

TEST_F(VolumeFile, Ext4IsCleanAsItIsMade) {
  make(16 * mebibyte, {"mke2fs", "-q", "-F", "-t", "ext4", "-O", "^64bit"});
  const auto read = state("ext4");
  ASSERT_TRUE(read);
  EXPECT_FALSE(read->dirty || read->errors || read->wide_blocks || read->project_quota);
  EXPECT_EQ(read->set.needed, 1U);
  EXPECT_EQ(reads_, 1);
}

TEST_F(VolumeFile, Ext4TellsItsFeatures) {
  make(16 * mebibyte, {"mke2fs", "-q", "-F", "-t", "ext4", "-O", "64bit,project,quota"});
  const auto read = state("ext4");
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->wide_blocks && read->project_quota);
}

TEST_F(VolumeFile, Ext4IsDirtyWhileItsJournalIsToBeReplayed) {
  make(16 * mebibyte, {"mke2fs", "-q", "-F", "-t", "ext4"});
  const std::string features = bytes_at(1024 + 0x60, 1);
  put(1024 + 0x60, std::string{static_cast<char>(features[0] | 4)});
  EXPECT_TRUE(state("ext4")->dirty);
}

TEST_F(VolumeFile, Ext2IsDirtyWhileItIsMounted) {
  make(mebibyte, {"mke2fs", "-q", "-F", "-t", "ext2"});
  put(1024 + 0x3A, std::string("\0", 1));
  EXPECT_TRUE(state("ext2")->dirty);
  EXPECT_FALSE(state("ext2")->errors);
}

TEST_F(VolumeFile, Ext4TellsOfErrors) {
  make(16 * mebibyte, {"mke2fs", "-q", "-F", "-t", "ext4"});
  put(1024 + 0x3A, "\x03");
  EXPECT_TRUE(state("ext4")->errors);
  EXPECT_FALSE(state("ext4")->dirty);
}

class XfsFile : public VolumeFile {
 protected:
  XfsFile() {
    make(512 * mebibyte, {"mkfs.xfs", "-q", "-f"});
    const std::string block = bytes_at(0, 512);
    const auto number = [&](std::size_t at, std::size_t size) {
      std::uint64_t value = 0;
      for (std::size_t i = 0; i < size; ++i)
        value = value << 8U | static_cast<unsigned char>(block[at + i]);
      return value;
    };
    const std::uint64_t start = number(48, 8);
    const std::uint64_t bits = number(124, 1);
    log_ = ((start >> bits) * number(84, 4) + (start & ((1U << bits) - 1))) * number(4, 4);
    log_size_ = number(96, 4) * number(4, 4);
  }

  /// A record of the log: its header of one block and `blocks` of body, which end it as unmounted
  /// or not.
  void put_record(std::uint64_t block, std::uint32_t cycle, unsigned blocks, bool unmount) {
    std::string record(std::size_t{512} * (1 + blocks), '\0');
    put_number(record, 0, 0xFEEDBABE);
    put_number(record, 4, cycle);
    put_number(record, 8, 2);
    put_number(record, 12, blocks * 512);
    put_number(record, 40, unmount ? 1 : 3);
    put_number(record, 320, 32768);
    for (unsigned i = 1; i <= blocks; ++i) put_number(record, std::size_t{512} * i, cycle);
    record[512 + 9] = unmount ? '\x20' : '\x01';
    put(log_ + block * 512, record);
  }

  static void put_number(std::string& bytes, std::size_t at, std::uint32_t number) {
    for (int i = 3; i >= 0; --i, number >>= 8U)
      bytes[at + static_cast<std::size_t>(i)] = static_cast<char>(number & 0xFFU);
  }

  void fill_log(std::uint32_t cycle) {
    std::string bytes(log_size_, '\0');
    for (std::size_t at = 0; at < bytes.size(); at += 512) put_number(bytes, at, cycle);
    put(log_, bytes);
  }

  std::uint64_t log_ = 0;
  std::uint64_t log_size_ = 0;
};

TEST_F(XfsFile, IsCleanAsItIsMade) {
  const auto read = state("xfs");
  ASSERT_TRUE(read);
  EXPECT_FALSE(read->dirty || read->errors);
  EXPECT_LT(reads_, 30);
}

TEST_F(XfsFile, IsDirtyAfterAnythingButAnUnmount) {
  fill_log(0);
  put_record(0, 1, 4, false);
  EXPECT_TRUE(state("xfs")->dirty);
  put_record(5, 1, 1, true);
  EXPECT_FALSE(state("xfs")->dirty);
}

TEST_F(XfsFile, FindsTheHeadOfALogThatHasWrappedAround) {
  fill_log(7);
  const std::uint64_t blocks = log_size_ / 512;
  for (std::uint64_t block = 0; block < 100; block += 5) put_record(block, 8, 4, false);
  EXPECT_TRUE(state("xfs")->dirty);
  put_record(100, 8, 1, true);
  EXPECT_FALSE(state("xfs")->dirty);
  // The last record ends with the ring.
  fill_log(8);
  put_record(blocks - 2, 8, 1, true);
  EXPECT_FALSE(state("xfs")->dirty);
  put_record(blocks - 2, 8, 1, false);
  EXPECT_TRUE(state("xfs")->dirty);
}

TEST_F(VolumeFile, BtrfsTellsOfItsLogAndItsDevices) {
  make(128 * mebibyte, {"mkfs.btrfs", "-q", "-f"});
  const auto read = state("btrfs");
  ASSERT_TRUE(read);
  EXPECT_FALSE(read->dirty || read->errors);
  EXPECT_EQ(read->set.needed, 1U);
  put(65536 + 96, std::string(1, '\x10'));
  put(65536 + 136, std::string(1, '\x02'));
  EXPECT_TRUE(state("btrfs")->dirty);
  EXPECT_EQ(state("btrfs")->set.needed, 2U);
}

/// A boot sector of NTFS with clusters of 4 KiB, and the record of $Volume with these flags.
std::string ntfs_with(char flags) {
  std::string bytes(8192 + 4 * 1024, '\0');
  bytes.replace(3, 8, "NTFS    ");
  bytes[12] = 2;  // sectors of 512 bytes
  bytes[13] = 8;
  bytes[48] = 2;                        // the table begins at the second cluster
  bytes[64] = static_cast<char>(0xF6);  // records of 2^10 bytes
  const std::size_t record = 8192 + 3 * 1024;
  bytes.replace(record, 4, "FILE");
  bytes[record + 20] = 56;
  const std::size_t name = record + 56;
  bytes[name] = 0x60;
  bytes[name + 4] = 32;
  const std::size_t information = name + 32;
  bytes[information] = 0x70;
  bytes[information + 4] = 40;
  bytes[information + 20] = 24;
  bytes[information + 24 + 8] = 3;
  bytes[information + 24 + 10] = flags;
  return bytes;
}

TEST_F(VolumeFile, NtfsTellsOfItsFlag) {
  std::ofstream{path_, std::ios::binary} << ntfs_with('\0');
  ASSERT_TRUE(state("ntfs"));
  EXPECT_FALSE(state("ntfs")->dirty);
  std::ofstream{path_, std::ios::binary} << ntfs_with('\x01');
  EXPECT_TRUE(state("ntfs")->dirty);
}

TEST_F(VolumeFile, LvmNamesTheGroupAndItsPhysicalVolumes) {
  const std::string text =
      "vg0 {\nid = \"group\"\nphysical_volumes {\n\npv0 {\nid = \"one\"\ndevice = \"/dev/sda\"\n}\n"
      "pv1 {\nid = \"two\"\n}\n}\n\nlogical_volumes {\n\nroot {\nid = \"three\"\n}\n}\n}\n";
  std::string bytes(65536, '\0');
  const auto put_little = [&](std::size_t at, std::uint64_t number) {
    for (; number != 0; number >>= 8U, ++at) bytes[at] = static_cast<char>(number & 0xFFU);
  };
  bytes.replace(512, 8, "LABELONE");
  put_little(512 + 20, 32);
  const std::size_t areas = 512 + 32 + 32 + 8;
  put_little(areas, 1048576);    // the data
  put_little(areas + 32, 4096);  // the metadata
  bytes.replace(4096 + 4, 16, " LVM2 x[5A%r0N*>");
  put_little(4096 + 32, 8192);
  // The text goes around the ring's end.
  put_little(4096 + 40, 8192 - 100);
  put_little(4096 + 48, text.size());
  bytes.replace(4096 + 8192 - 100, 100, text.substr(0, 100));
  bytes.replace(4096 + 512, text.size() - 100, text.substr(100));
  std::ofstream{path_, std::ios::binary} << bytes;
  const auto read = state("LVM2_member");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->set.name, "vg0");
  EXPECT_THAT(read->set.members, ElementsAre("one", "two"));
}

TEST_F(VolumeFile, AnArrayTellsHowManyMembersItNeeds) {
  const auto needed = [&](char level, char members) {
    std::string bytes(8192, '\0');
    bytes.replace(4096, 5, "\xfc\x4e\x2b\xa9\x01");
    bytes[4096 + 72] = level;
    bytes[4096 + 92] = members;
    std::ofstream{path_, std::ios::binary} << bytes;
    return state("linux_raid_member")->set.needed;
  };
  EXPECT_EQ(needed(0, 3), 3U);
  EXPECT_EQ(needed(1, 2), 1U);
  EXPECT_EQ(needed(5, 4), 3U);
  EXPECT_EQ(needed(6, 4), 2U);
  EXPECT_EQ(needed(10, 4), 2U);
}

TEST_F(VolumeFile, OtherBytesHaveNoStateAndEndInTime) {
  std::mt19937_64 random{7};
  for (int round = 0; round < 20; ++round) {
    std::string bytes(1U << 20U, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    // So that each parser goes beyond its magic.
    const auto magic = [&](std::size_t at, const std::string& text) {
      if (round % 2 == 1) bytes.replace(at, text.size(), text);
    };
    magic(0, "XFSB");
    magic(65536 + 64, "_BHRfS_M");
    magic(512, "LABELONE");
    magic(1024 + 0x38, "\x53\xEF");
    magic(4096, "\xfc\x4e\x2b\xa9");
    std::ofstream{path_, std::ios::binary} << bytes;
    reads_ = 0;
    for (const char* type :
         {"ext4", "xfs", "btrfs", "ntfs", "LVM2_member", "linux_raid_member", "vfat"})
      state(type);
    EXPECT_LT(reads_, 100);
    EXPECT_FALSE(state("vfat"));
  }
  std::ofstream{path_, std::ios::binary} << "short";
  for (const char* type : {"ext4", "xfs", "btrfs", "ntfs", "LVM2_member", "linux_raid_member"})
    EXPECT_FALSE(state(type)) << type;
}

Volume member(const std::string& type, const std::string& uuid, DeviceSet set) {
  Volume volume;
  volume.filesystem = type;
  volume.uuid = uuid;
  volume.state.emplace().set = std::move(set);
  return volume;
}

TEST(MissingDevices, AreThoseThatTheGroupNamesAndTheInventoryLacks) {
  Inventory inventory;
  inventory.volumes.push_back(member("LVM2_member", "one", {"vg0", 2, {"one", "two"}}));
  Volume root;
  root.kind = Volume::Kind::logical_volume;
  root.volume_group = "vg0";
  EXPECT_EQ(missing_devices(inventory, root), 1U);
  EXPECT_EQ(missing_devices(inventory, inventory.volumes[0]), 1U);
  inventory.volumes.push_back(member("LVM2_member", "two", {"vg0", 2, {"one", "two"}}));
  EXPECT_EQ(missing_devices(inventory, root), 0U);
}

TEST(MissingDevices, OfABtrfsAreCountedByItsUuid) {
  Inventory inventory;
  inventory.volumes.push_back(member("btrfs", "b", {"", 2, {}}));
  EXPECT_EQ(missing_devices(inventory, inventory.volumes[0]), 1U);
  inventory.volumes.push_back(member("btrfs", "b", {"", 2, {}}));
  EXPECT_EQ(missing_devices(inventory, inventory.volumes[0]), 0U);
}

}  // namespace
}  // namespace imprint::guest

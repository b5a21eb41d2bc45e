#include "guestfs/guest/blkid.h"

#include <gtest/gtest.h>

namespace imprint::guest {
namespace {

TEST(Blkid, ReadsAGptPartition) {
  Volume volume;
  apply_blkid(blkid_values({"LABEL", "root", "UUID", "11111111-2222-4333-8444-555555555555", "TYPE",
                            "ext4", "PART_ENTRY_SCHEME", "gpt", "PART_ENTRY_NAME", "system",
                            "PART_ENTRY_UUID", "96056523-81D1-984E-B08C-17FDA8CE4FDA",
                            "PART_ENTRY_TYPE", "0fc63daf-8483-4772-8e79-3d69d8477de4",
                            "PART_ENTRY_NUMBER", "2", "PART_ENTRY_OFFSET", "4096"}),
              volume);
  EXPECT_EQ(volume.filesystem, "ext4");
  EXPECT_EQ(volume.label, "root");
  EXPECT_EQ(volume.number, 2);
  EXPECT_EQ(volume.start, 4096U * 512U);
  EXPECT_EQ(volume.part_uuid, "96056523-81d1-984e-b08c-17fda8ce4fda");
  EXPECT_EQ(volume.part_label, "system");
  EXPECT_FALSE(volume.bootable);
}

TEST(Blkid, ReadsAnActiveMbrPartition) {
  Volume volume;
  apply_blkid(
      blkid_values({"PART_ENTRY_SCHEME", "dos", "PART_ENTRY_UUID", "DEADBEEF-01", "PART_ENTRY_TYPE",
                    "0x83", "PART_ENTRY_FLAGS", "0x80", "PART_ENTRY_NUMBER", "1"}),
      volume);
  EXPECT_EQ(volume.part_uuid, "deadbeef-01");
  EXPECT_EQ(volume.part_type, "0x83");
  EXPECT_TRUE(volume.bootable);
  EXPECT_EQ(volume.filesystem, "");
}

TEST(Blkid, UndoesItsEscapes) {
  const auto values = blkid_values({"LABEL", "a\\ b\\\\x41\\x0a\\$\\", "odd"});
  EXPECT_EQ(values.at("LABEL"), "a b\\x41\n$\\");
  EXPECT_EQ(values.size(), 1U);
}

TEST(Blkid, TakesNumbersThatAreNoneForZero) {
  Volume volume;
  apply_blkid(blkid_values({"PART_ENTRY_NUMBER", "two", "PART_ENTRY_OFFSET", ""}), volume);
  EXPECT_EQ(volume.number, 0);
  EXPECT_EQ(volume.start, 0U);
}

}  // namespace
}  // namespace imprint::guest

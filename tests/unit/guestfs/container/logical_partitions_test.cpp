#include "tests/unit/guestfs/container/images.h"

namespace imprint::container::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::size_t mib = 1 << 20;

void put_entry(Image& image, std::size_t at, unsigned type, std::uint32_t first,
               std::uint32_t count) {
  image[at + 4] = static_cast<std::byte>(type);
  put_little(image, at + 8, first);
  put_little(image, at + 12, count);
}

/// A logical partition's table: the partition one MiB further on, the next table from the start of
/// the extended partition.
void put_table(Image& image, std::size_t at, std::uint32_t next_mib) {
  put_text(image, at + 510, "\x55\xaa");
  put_entry(image, at + 446, 0x83, 2048, 2048);
  if (next_mib != 0) put_entry(image, at + 462, 0x05, next_mib * 2048, 4096);
}

/// 16 MiB: one primary partition, an extended one from 4 MiB with two logical ones.
Image disk() {
  Image image = mbr_disk(16);
  put_little<std::uint32_t>(image, 458, 2 * 2048);
  put_entry(image, 462, 0x05, 4 * 2048, 12 * 2048);
  put_table(image, 4 * mib, 2);
  put_table(image, 6 * mib, 0);
  return image;
}

TEST(LogicalPartitions, AreWalked) {
  EXPECT_THAT(answers(judged(disk())), IsEmpty());
  Image image = disk();
  put_little<std::uint32_t>(image, 6 * mib + 458, 100 * 2048);
  EXPECT_THAT(message_of(judged(image), "disk.truncated"), HasSubstr("partition 6 "));
}

TEST(LogicalPartitions, MayBeNone) {
  Image image = disk();
  std::fill_n(image.begin() + 4 * mib, 512, std::byte{0});
  EXPECT_THAT(answers(judged(image)), IsEmpty());
}

TEST(LogicalPartitions, InALoopAreNoticed) {
  Image image = disk();
  put_table(image, 6 * mib, 2);
  EXPECT_THAT(message_of(judged(image), "disk.mbr-pte-invalid"), HasSubstr("turns back"));
}

TEST(LogicalPartitions, OutsideTheExtendedOneAreNoticed) {
  Image image = disk();
  put_table(image, 6 * mib, 12);
  EXPECT_THAT(message_of(judged(image), "disk.mbr-pte-invalid"), HasSubstr("leaves"));
  put_table(image, 6 * mib, 5);
  EXPECT_THAT(message_of(judged(image), "disk.mbr-pte-invalid"), HasSubstr("no table"));
}

TEST(LogicalPartitions, ThatNeverEndAreLeft) {
  Image image = mbr_disk(16);
  put_little<std::uint32_t>(image, 458, 2 * 2048);
  put_entry(image, 462, 0x0f, 4 * 2048, 12 * 2048);
  for (std::uint32_t i = 0; i < 1000; ++i) {
    const std::size_t at = 4 * mib + std::size_t{i} * 4096;
    put_text(image, at + 510, "\x55\xaa");
    put_entry(image, at + 446, 0x83, 1, 1);
    put_entry(image, at + 462, 0x05, (i + 1) * 8, 8);
  }
  EXPECT_THAT(message_of(judged(image), "disk.mbr-pte-invalid"), HasSubstr("more than 128"));
}

}  // namespace
}  // namespace imprint::container::test

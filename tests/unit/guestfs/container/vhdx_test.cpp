#include "guestfs/container/bytes.h"
#include "guestfs/container/crc32c.h"
#include "tests/unit/guestfs/container/images.h"

namespace imprint::container::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::size_t first_header = 64 << 10;
constexpr std::size_t second_header = 128 << 10;
constexpr std::size_t first_regions = 192 << 10;
constexpr std::size_t second_regions = 256 << 10;

Image dynamic_vhdx() {
  return made_by_qemu("vhdx", "block_size=1M");
}

void seal(Image& image, std::size_t at, std::size_t length) {
  put_little<std::uint32_t>(image, at + 4, 0);
  put_little(image, at + 4, crc32c(Bytes{image}.subspan(at, length)));
}

/// The same number in both headers.
template <class Number>
Image with_header(std::size_t offset, Number value) {
  Image image = dynamic_vhdx();
  for (const std::size_t at : {first_header, second_header}) {
    put_little(image, at + offset, value);
    seal(image, at, 4096);
  }
  return image;
}

template <class Number>
Image with_regions(std::size_t offset, Number value) {
  Image image = dynamic_vhdx();
  for (const std::size_t at : {first_regions, second_regions}) {
    put_little(image, at + offset, value);
    seal(image, at, 65536);
  }
  return image;
}

/// Where a region or an item whose GUID begins with these bytes is described.
std::size_t find(const Image& image, std::size_t from, std::uint32_t guid) {
  for (std::size_t at = from; at + 32 <= image.size(); at += 16)
    if (little_endian<std::uint32_t>(image, at) == guid) return at;
  ADD_FAILURE() << "no such entry";
  return 0;
}
std::size_t metadata_of(const Image& image) {
  return little_endian<std::uint64_t>(image, find(image, first_regions + 16, 0x8b7ca206) + 16);
}
std::size_t item_of(const Image& image, std::uint32_t guid) {
  const std::size_t metadata = metadata_of(image);
  return metadata + little_endian<std::uint32_t>(image, find(image, metadata, guid) + 16);
}
std::size_t blocks_of(const Image& image) {
  return little_endian<std::uint64_t>(image, find(image, first_regions + 16, 0x2dc27766) + 16);
}

TEST(Crc32c, HasTheKnownValue) {
  Image digits(9);
  put_text(digits, 0, "123456789");
  EXPECT_EQ(crc32c(digits), 0xe3069283U);
}

TEST(Vhdx, AcceptsASoundOne) {
  const auto report = judged(dynamic_vhdx());
  EXPECT_THAT(answers(report), IsEmpty());
  EXPECT_EQ(report.container.virtual_size, 8U << 20);
}

TEST(Vhdx, TakesTheHeaderThatIsSoundAndNewer) {
  for (const std::size_t at : {first_header, second_header}) {
    Image image = dynamic_vhdx();
    image[at + 100] ^= std::byte{1};
    EXPECT_THAT(answers(judged(image)), IsEmpty());
  }
  Image image = dynamic_vhdx();
  image[first_header + 100] ^= std::byte{1};
  image[second_header + 100] ^= std::byte{1};
  EXPECT_THAT(answers(judged(image)), ElementsAre("disk.vhdx-table:error"));
}

TEST(Vhdx, RefusesTwoHeadersThatClaimTheSameNumberAndDiffer) {
  Image image = with_header<std::uint64_t>(8, 7);
  image[first_header + 20] ^= std::byte{1};
  seal(image, first_header, 4096);
  EXPECT_THAT(answers(judged(image)), ElementsAre("disk.vhdx-table:error"));
}

TEST(Vhdx, RefusesDamagedRegionTables) {
  EXPECT_THAT(answers(judged(with_regions<std::uint32_t>(0, 0))),
              ElementsAre("disk.vhdx-table:error"));
  const auto many = judged(with_regions<std::uint32_t>(8, 2048));
  EXPECT_THAT(message_of(many, "disk.vhdx-table"), HasSubstr("2048 entries, more than 2047"));
  EXPECT_THAT(answers(judged(with_regions<std::uint32_t>(8, 1))),
              ElementsAre("disk.vhdx-table:error"));
  EXPECT_THAT(answers(judged(with_regions<std::uint64_t>(32, 512))),
              ElementsAre("disk.vhdx-table:error"));
  Image image = dynamic_vhdx();
  image[first_regions + 100] ^= std::byte{1};
  EXPECT_THAT(message_of(judged(image), "disk.vhdx-table"), HasSubstr("checksum"));
}

TEST(Vhdx, OnlyWarnsOfADamagedSecondRegionTableAndRefusesOneThatDiffers) {
  Image image = dynamic_vhdx();
  image[second_regions + 100] ^= std::byte{1};
  EXPECT_THAT(answers(judged(image)), ElementsAre("disk.vhdx-table:warning"));
  seal(image, second_regions, 65536);
  EXPECT_THAT(answers(judged(image)), ElementsAre("disk.vhdx-table:error"));
}

TEST(Vhdx, RefusesDamagedMetadata) {
  Image image = dynamic_vhdx();
  image[metadata_of(image)] = std::byte{'x'};
  EXPECT_THAT(answers(judged(image)), ElementsAre("disk.vhdx-table:error"));
  image = dynamic_vhdx();
  put_little<std::uint16_t>(image, metadata_of(image) + 10, 2048);
  EXPECT_THAT(message_of(judged(image), "disk.vhdx-table"), HasSubstr("more than 2047"));
  image = dynamic_vhdx();
  put_little<std::uint16_t>(image, metadata_of(image) + 10, 4);
  EXPECT_THAT(message_of(judged(image), "disk.vhdx-table"), HasSubstr("lack an item"));
  image = dynamic_vhdx();
  put_little<std::uint32_t>(image, item_of(image, 0xcaa16737), 3 << 20);
  EXPECT_THAT(answers(judged(image)), ElementsAre("disk.vhdx-table:error"));
}

TEST(Vhdx, RefusesADifferencingDisk) {
  Image image = dynamic_vhdx();
  put_little<std::uint32_t>(image, item_of(image, 0xcaa16737) + 4, 2);
  EXPECT_THAT(answers(judged(image)), ElementsAre("disk.differencing:error"));
}

TEST(Vhdx, RefusesSectorsThatQemuDoesNotRead) {
  Image image = dynamic_vhdx();
  put_little<std::uint32_t>(image, item_of(image, 0x8141bf1d), 4096);
  EXPECT_THAT(answers(judged(image)), ElementsAre("disk.sector-size:error"));
}

TEST(Vhdx, RefusesASizeThatNoDiskHas) {
  Image image = dynamic_vhdx();
  put_little<std::uint64_t>(image, item_of(image, 0x2fa54224), (16ULL << 40) + 512);
  EXPECT_THAT(answers(judged(image)), ElementsAre("disk.size-bomb:error"));
  put_little<std::uint64_t>(image, item_of(image, 0x2fa54224), 15ULL << 40);
  EXPECT_THAT(answers(judged(image)), ElementsAre("disk.vhdx-table:error"))
      << "the block table is too small";
}

TEST(Vhdx, WarnsOfAnOpenLogAndRefusesOneThatHoldsChanges) {
  Image image = with_header<std::uint64_t>(48, 0x1234);
  EXPECT_THAT(answers(judged(image)), ElementsAre("disk.vhdx-dirty-log:warning"));
  const auto log = little_endian<std::uint64_t>(image, first_header + 72);
  put_text(image, log + 4096, "loge");
  put_little<std::uint64_t>(image, log + 4096 + 32, 0x1234);
  put_little<std::uint64_t>(image, log + 4096 + 40, 0);
  EXPECT_THAT(answers(judged(image)), ElementsAre("disk.vhdx-dirty-log:error"));
}

TEST(Vhdx, RefusesBlocksOutsideTheFileAndStatesThatAreNone) {
  Image image = dynamic_vhdx();
  put_little<std::uint64_t>(image, blocks_of(image), (1ULL << 40) | 6);
  EXPECT_THAT(answers(judged(image)), ElementsAre("disk.truncated:error"));
  for (const std::uint64_t entry : {(4ULL << 20) | 7, (4ULL << 20) | 4, 6ULL}) {
    image = dynamic_vhdx();
    put_little(image, blocks_of(image), entry);
    EXPECT_THAT(answers(judged(image)), ElementsAre("disk.vhdx-table:error")) << entry;
  }
}

TEST(Vhdx, NoticesEveryCutOfItsBlocks) {
  const Image image = dynamic_vhdx();
  expect_cuts_noticed(image, [&](std::size_t size) { return size > image.size() - (1 << 20); });
}

}  // namespace
}  // namespace imprint::container::test

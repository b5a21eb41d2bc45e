// Partition tables that look whole and of which the kernel takes nothing, or that lie about bytes.

#include <zlib.h>

#include <random>

#include "tests/unit/guestfs/container/images.h"

namespace imprint::container::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::size_t mib = 1 << 20;
constexpr std::size_t sector = 512;

void put_entry(Image& image, std::size_t index, unsigned type, std::uint32_t first,
               std::uint32_t count) {
  const std::size_t at = 446 + index * 16;
  image[at + 2] = std::byte{2};
  image[at + 4] = static_cast<std::byte>(type);
  put_little(image, at + 8, first);
  put_little(image, at + 12, count);
}

std::uint32_t crc_of(const Image& image, std::size_t at, std::size_t length) {
  return static_cast<std::uint32_t>(
      ::crc32_z(0, reinterpret_cast<const unsigned char*>(image.data()) + at, length));
}

/// What may be wrong with a GPT though its checksums are right.
struct Gpt {
  std::uint64_t first_usable = 34;
  std::uint64_t last_usable = 8 * mib / sector - 34;
  std::uint32_t entry_size = 128;
  std::uint32_t entries = 128;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> partitions{{2048, 8191}};
};

void put_header(Image& image, const Gpt& gpt, std::uint64_t own, std::uint64_t other,
                std::uint64_t entries) {
  const std::size_t at = own * sector;
  const std::size_t table = entries * sector;
  for (std::size_t i = 0; i < gpt.partitions.size(); ++i) {
    const std::size_t entry = table + i * gpt.entry_size;
    put_text(image, entry, "type of a volume");
    put_little(image, entry + 32, gpt.partitions[i].first);
    put_little(image, entry + 40, gpt.partitions[i].second);
  }
  put_text(image, at, "EFI PART");
  put_little<std::uint32_t>(image, at + 8, 0x10000);
  put_little<std::uint32_t>(image, at + 12, 92);
  put_little(image, at + 24, own);
  put_little(image, at + 32, other);
  put_little(image, at + 40, gpt.first_usable);
  put_little(image, at + 48, gpt.last_usable);
  put_little(image, at + 72, entries);
  put_little(image, at + 80, gpt.entries);
  put_little(image, at + 84, gpt.entry_size);
  put_little(image, at + 88, crc_of(image, table, std::size_t{gpt.entries} * gpt.entry_size));
  put_little(image, at + 16, crc_of(image, at, 92));
}

/// 8 MiB with both copies of the table.
Image gpt_disk(const Gpt& gpt = {}) {
  Image image(8 * mib);
  put_text(image, 510, "\x55\xaa");
  put_entry(image, 0, 0xee, 1, 8 * mib / sector - 1);
  const std::uint64_t last = 8 * mib / sector - 1;
  put_header(image, gpt, 1, last, 2);
  put_header(image, gpt, last, 1, last - 32);
  return image;
}

std::string answer_of(const Image& image) {
  const auto all = answers(judged(image));
  return all.empty() ? "" : all.front();
}

TEST(PartitionFaults, AreNoneOnASoundDisk) {
  EXPECT_THAT(answers(judged(gpt_disk())), IsEmpty());
}

TEST(PartitionFaults, AnAnnouncedGptMustBeThere) {
  Image image = gpt_disk();
  put_text(image, 0, "\xeb\x63\x90 boot code");
  std::fill_n(image.begin() + sector, sector, std::byte{0});
  std::fill_n(image.end() - sector, sector, std::byte{0});
  EXPECT_THAT(answers(judged(image)), ElementsAre("disk.gpt-damaged:error"));
  put_entry(image, 1, 0x83, 2048, 4096);
  EXPECT_THAT(message_of(judged(image), "disk.gpt-damaged"), HasSubstr("announces a GPT"));
}

TEST(PartitionFaults, AProtectiveEntryElsewhereAnnouncesNothing) {
  Image image = gpt_disk();
  put_entry(image, 0, 0xee, 2, 1000);
  EXPECT_THAT(answers(judged(image)), ElementsAre("disk.gpt-damaged:error"));
  put_entry(image, 1, 0xee, 1, 1000);
  EXPECT_THAT(answers(judged(image)), ElementsAre("disk.mbr-pte-invalid:warning"));
}

TEST(PartitionFaults, ABackupCopyAloneIsNoTable) {
  Image image = gpt_disk();
  std::fill_n(image.begin() + sector, sector, std::byte{0});
  EXPECT_THAT(answers(judged(image)), ElementsAre("disk.gpt-damaged:error"));
}

TEST(PartitionFaults, ATableOfALongerDiskMeansThatThisOneWasCut) {
  Image image = gpt_disk();
  image.resize(7 * mib);
  const auto report = judged(image);
  EXPECT_THAT(answers(report), ElementsAre("disk.truncated:error", "disk.gpt-damaged:warning"));
  EXPECT_THAT(message_of(report, "disk.truncated"), HasSubstr("the disk has 7340032 bytes"));
}

TEST(PartitionFaults, EntriesAreOfOneSizeAndAnyNumber) {
  EXPECT_EQ(answer_of(gpt_disk({.entry_size = 256, .entries = 64})), "disk.gpt-damaged:error");
  EXPECT_THAT(answers(judged(gpt_disk({.entries = 4}))), IsEmpty());
}

TEST(PartitionFaults, UsableSectorsAndPartitionsAreInOrder) {
  EXPECT_EQ(answer_of(gpt_disk({.first_usable = 9000, .last_usable = 8000})),
            "disk.gpt-damaged:error");
  EXPECT_EQ(answer_of(gpt_disk({.partitions = {{8192, 2048}}})), "disk.gpt-damaged:warning");
  EXPECT_THAT(message_of(judged(gpt_disk({.partitions = {{8, 4095}}})), "disk.gpt-damaged"),
              HasSubstr("begins at sector 8, before 34"));
}

TEST(PartitionFaults, OverlapsAreNoticedInBothTables) {
  const auto report = judged(gpt_disk({.partitions = {{2048, 8191}, {4096, 9215}}}));
  EXPECT_THAT(answers(report), ElementsAre("disk.partitions-overlap:warning"));
  EXPECT_THAT(message_of(report, "disk.partitions-overlap"),
              HasSubstr("partitions 1 and 2 both cover byte 2097152"));
  Image image = mbr_disk(8);
  put_entry(image, 1, 0x83, 6144, 2048);
  EXPECT_THAT(answers(judged(image)), ElementsAre("disk.partitions-overlap:warning"));
}

TEST(PartitionFaults, OfManyPartitionsAreTellOnce) {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> beyond(100, {2048, 1 << 20});
  const auto report = judged(gpt_disk({.partitions = beyond}));
  EXPECT_LE(report.findings.size(), 4U);
  EXPECT_THAT(message_of(report, "disk.truncated"), HasSubstr("(and 99 more)"));
}

TEST(PartitionFaults, OfPrimaryEntriesAreToldByWhatTheyDo) {
  Image image = mbr_disk(8);
  put_little<std::uint32_t>(image, 458, 2048);
  put_entry(image, 1, 0x83, 4096, 2048);
  image[446 + 16] = std::byte{0x80};
  EXPECT_THAT(message_of(judged(image), "disk.mbr-pte-invalid"), HasSubstr("marked as active"));
  image[446 + 16] = std::byte{0};
  put_entry(image, 1, 0x83, 0, 2048);
  EXPECT_THAT(message_of(judged(image), "disk.mbr-pte-invalid"), HasSubstr("starts at sector 0"));
}

/// As extlinux writes it: boot code where a table would be, and the signature behind it.
TEST(PartitionFaults, ABootSectorOfAFileSystemIsNoTable) {
  std::mt19937 random{7};
  Image image(8 * mib);
  for (std::size_t i = 0; i < 510; ++i) image[i] = static_cast<std::byte>(random());
  put_text(image, 510, "\x55\xaa");
  put_text(image, 0x438, "\x53\xef");
  EXPECT_THAT(answers(judged(image)), IsEmpty());
  std::fill_n(image.begin() + 440, 70, std::byte{0});
  EXPECT_THAT(answers(judged(image)), IsEmpty());
}

TEST(PartitionFaults, AnUnknownBootSectorWithoutATableSaysSo) {
  Image image(8 * mib);
  for (std::size_t i = 0; i < 510; ++i) image[i] = static_cast<std::byte>(i * 7 + 1);
  put_text(image, 510, "\x55\xaa");
  EXPECT_EQ(answer_of(image).substr(0, 5), "disk.");
}

TEST(PartitionFaults, LogicalPartitionsMayStandInAnyOrderAndInTwoExtendedOnes) {
  Image image = mbr_disk(16);
  put_little<std::uint32_t>(image, 458, 2048);
  put_entry(image, 1, 0x05, 4 * 2048, 4 * 2048);
  put_entry(image, 2, 0x0f, 8 * 2048, 4 * 2048);
  const auto put_table = [&](std::size_t at, std::size_t link, std::size_t data) {
    put_text(image, at + 510, "\x55\xaa");
    Image table(sector);
    put_entry(table, link, 0x05, 2 * 2048, 2048);
    put_entry(table, data, 0x83, 2048, 100 * 2048);
    std::copy_n(table.begin() + 446, 64, image.begin() + static_cast<std::ptrdiff_t>(at) + 446);
  };
  put_table(4 * mib, 0, 1);
  put_text(image, 6 * mib + 510, "\x55\xaa");
  put_table(8 * mib, 1, 0);
  put_text(image, 10 * mib + 510, "\x55\xaa");
  const auto report = judged(image);
  EXPECT_THAT(message_of(report, "disk.truncated"), HasSubstr("partition 5 covers"));
  EXPECT_THAT(message_of(report, "disk.truncated"), HasSubstr("and 1 more"));
}

TEST(PartitionFaults, ALinkToTheTableItselfIsALoop) {
  Image image = mbr_disk(16);
  put_little<std::uint32_t>(image, 458, 2048);
  put_entry(image, 1, 0x05, 4 * 2048, 4 * 2048);
  Image table(sector);
  put_entry(table, 0, 0x83, 2048, 2048);
  put_entry(table, 1, 0x05, 0, 2048);
  put_text(table, 510, "\x55\xaa");
  std::copy(table.begin(), table.end(), image.begin() + 4 * mib);
  EXPECT_THAT(message_of(judged(image), "disk.mbr-pte-invalid"), HasSubstr("turns back"));
}

}  // namespace
}  // namespace imprint::container::test

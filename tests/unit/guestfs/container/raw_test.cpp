#include "tests/unit/guestfs/container/images.h"

namespace imprint::container::test {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::size_t mib = 1 << 20;

TEST(RawMbr, AcceptsASoundDisk) {
  const auto report = judged(mbr_disk());
  EXPECT_EQ(report.container.format, "raw");
  EXPECT_EQ(report.container.virtual_size, 4 * mib);
  EXPECT_THAT(answers(report), IsEmpty());
}

TEST(RawMbr, RefusesABootFlagThatIsNoFlagForWhichTheKernelIgnoresTheTable) {
  Image image = mbr_disk();
  image[446] = std::byte{0x81};
  const auto report = judged(image);
  EXPECT_THAT(answers(report), ElementsAre("disk.mbr-pte-invalid:error"));
  EXPECT_THAT(message_of(report, "disk.mbr-pte-invalid"), HasSubstr("entry 1 has boot flag 0x81"));
}

TEST(RawMbr, FindsAPartitionBehindTheEndOfTheFile) {
  Image image = mbr_disk();
  image.resize(3 * mib);
  const auto report = judged(image);
  EXPECT_THAT(answers(report), ElementsAre("disk.truncated:error"));
  EXPECT_THAT(
      message_of(report, "disk.truncated"),
      HasSubstr("partition 1 covers bytes 1048576 to 4194304, but the disk has 3145728 bytes"));
}

TEST(RawMbr, WarnsOfAFileThatEndsInsideASector) {
  Image image = mbr_disk();
  image.resize(image.size() + 100);
  const auto report = judged(image);
  EXPECT_THAT(answers(report), ElementsAre("disk.truncated:warning"));
  EXPECT_EQ(report.container.virtual_size, 4 * mib + 512);
}

TEST(RawMbr, MentionsPartitionsOffTheMiB) {
  Image image = mbr_disk();
  put_little<std::uint32_t>(image, 454, 63);
  EXPECT_THAT(answers(judged(image)), ElementsAre("disk.not-aligned:info"));
}

TEST(RawMbr, TellsAFatBootSectorFromATable) {
  Image image(4 * mib);
  put_text(image, 0, "\xeb\x3c\x90mkfs.fat");
  image[0x10] = std::byte{2};
  image[0x15] = std::byte{0xf8};
  put_text(image, 446, "This is not a bootable disk. Please insert a bootable floppy");
  put_text(image, 510, "\x55\xaa");
  EXPECT_THAT(answers(judged(image)), IsEmpty());
}

TEST(RawMbr, BelievesATableOnADiskThatOnceWasFat) {
  Image image = mbr_disk();
  image[0x10] = std::byte{2};
  image[0x15] = std::byte{0xf8};
  image.resize(2 * mib);
  EXPECT_THAT(answers(judged(image)), ElementsAre("disk.truncated:error"));
}

TEST(RawBlank, RefusesZerosAndTextEvenIfDeclared) {
  EXPECT_THAT(answers(judged(Image(mib), "raw")), ElementsAre("disk.blank:error"));
  Image text(4096);
  put_text(text, 0, "this is no disk at all\n");
  EXPECT_THAT(answers(judged(text)), ElementsAre("disk.blank:error"));
}

TEST(RawBlank, RefusesATableWithoutEntriesOrBootCode) {
  Image image(mib);
  put_text(image, 510, "\x55\xaa");
  EXPECT_THAT(answers(judged(image)),
              ElementsAre("disk.blank:error", "disk.mbr-pte-invalid:warning"));
}

TEST(RawBlank, AcceptsAFileSystemWithoutATable) {
  for (const auto& [offset, magic] : {std::pair{0x438, "\x53\xef"},
                                      {0, "XFSB"},
                                      {0x10040, "_BHRfS_M"},
                                      {0x218, "LVM2 001"},
                                      {3, "NTFS    "}}) {
    Image image(mib);
    put_text(image, static_cast<std::size_t>(offset), magic);
    EXPECT_THAT(answers(judged(image)), IsEmpty()) << magic;
  }
}

TEST(RawBlank, SurvivesEverySmallSize) {
  const Image image = mbr_disk();
  for (std::size_t size = 1; size < 1100; ++size) {
    Image cut{image.begin(), image.begin() + static_cast<std::ptrdiff_t>(size)};
    EXPECT_THAT(answers(judged(cut)), testing::Not(IsEmpty())) << size;
  }
}

class RawGpt : public testing::Test {
 protected:
  void SetUp() override {
    run({"truncate", "-s", "16M", path()});
    Command sfdisk;
    sfdisk.arguments = {"sfdisk", "-q", path()};
    sfdisk.input = "label: gpt\nsize=2MiB, type=U\ntype=L\n";
    const auto output = run_checked(sfdisk);
    ASSERT_TRUE(output) << output.error().message;
    std::ifstream file{path(), std::ios::binary};
    disk_.resize(16 * mib);
    file.read(reinterpret_cast<char*>(disk_.data()), static_cast<std::streamsize>(disk_.size()));
  }
  [[nodiscard]] std::string path() const { return folder_ / "disk.raw"; }
  TempFolder folder_;
  Image disk_;
};

TEST_F(RawGpt, AcceptsASoundDisk) {
  EXPECT_THAT(answers(judged(disk_)), IsEmpty());
}

TEST_F(RawGpt, RefusesADamagedPrimaryCopyAndWarnsOfADamagedBackup) {
  Image primary = disk_;
  primary[512 + 40] ^= std::byte{1};
  auto report = judged(primary);
  EXPECT_THAT(answers(report), ElementsAre("disk.gpt-damaged:error"));
  EXPECT_THAT(message_of(report, "disk.gpt-damaged"),
              AllOf(HasSubstr("primary copy"), HasSubstr("header checksum")));
  Image backup = disk_;
  backup[disk_.size() - 512 + 40] ^= std::byte{1};
  report = judged(backup);
  EXPECT_THAT(answers(report), ElementsAre("disk.gpt-damaged:warning"));
  EXPECT_THAT(message_of(report, "disk.gpt-damaged"), HasSubstr("backup copy"));
  Image entries = disk_;
  entries[1024 + 60] ^= std::byte{1};
  EXPECT_THAT(message_of(judged(entries), "disk.gpt-damaged"),
              HasSubstr("checksum of its entries"));
}

TEST_F(RawGpt, RefusesTwoDamagedCopies) {
  disk_[512 + 40] ^= std::byte{1};
  disk_[disk_.size() - 512 + 40] ^= std::byte{1};
  EXPECT_THAT(answers(judged(disk_)), ElementsAre("disk.gpt-damaged:error"));
}

TEST_F(RawGpt, FindsACutDisk) {
  disk_.resize(10 * mib);
  const auto report = judged(disk_);
  EXPECT_THAT(answers(report), ElementsAre("disk.truncated:error", "disk.gpt-damaged:warning"));
  EXPECT_THAT(message_of(report, "disk.gpt-damaged"), HasSubstr("the disk has 20480 sectors"));
}

TEST_F(RawGpt, RefusesATableWithoutAProtectiveMbr) {
  std::fill_n(disk_.begin(), 512, std::byte{0});
  EXPECT_THAT(answers(judged(disk_)), ElementsAre("disk.gpt-damaged:error"));
}

TEST_F(RawGpt, OnlyWarnsOfAHybridTable) {
  disk_[446 + 16 + 4] = std::byte{0x83};
  put_little<std::uint32_t>(disk_, 446 + 16 + 8, 2048);
  put_little<std::uint32_t>(disk_, 446 + 16 + 12, 4096);
  const auto report = judged(disk_);
  EXPECT_THAT(answers(report), ElementsAre("disk.mbr-pte-invalid:warning"));
  EXPECT_THAT(message_of(report, "disk.mbr-pte-invalid"), HasSubstr("hybrid"));
}

TEST_F(RawGpt, LetsAnMbrWinOverTheRestOfAnOlderGpt) {
  const Image mbr = mbr_disk(16);
  std::copy_n(mbr.begin(), 1024, disk_.begin());
  EXPECT_THAT(answers(judged(disk_)), IsEmpty());
}

TEST_F(RawGpt, RefusesLyingCountsWithoutReadingThem) {
  put_little<std::uint32_t>(disk_, 512 + 80, 0xffffffff);
  put_little<std::uint64_t>(disk_, 512 + 72, ~std::uint64_t{0});
  EXPECT_THAT(answers(judged(disk_)), Contains("disk.gpt-damaged:error"));
}

}  // namespace
}  // namespace imprint::container::test

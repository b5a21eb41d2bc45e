#include "tests/unit/guestfs/container/images.h"

namespace imprint::container::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Image with_text(std::size_t offset, std::string_view text,
                std::size_t size = std::size_t{1} << 20) {
  Image image(size);
  put_text(image, offset, text);
  return image;
}

TEST(Formats, RefusesQed) {
  using namespace std::string_view_literals;
  const auto report = judged(with_text(0, "QED\0"sv));
  EXPECT_EQ(report.container.format, "qed");
  EXPECT_THAT(answers(report), ElementsAre("disk.qed:error"));
}

TEST(Formats, RefusesQcowVersion1) {
  Image image = sound_qcow2();
  put_big<std::uint32_t>(image, 4, 1);
  const auto report = judged(image);
  EXPECT_EQ(report.container.format, "qcow");
  EXPECT_THAT(answers(report), ElementsAre("disk.format-unsupported:error"));
}

TEST(Formats, RefusesALuksDisk) {
  using namespace std::string_view_literals;
  const auto report = judged(with_text(0, "LUKS\xba\xbe\0\x02"sv));
  EXPECT_THAT(answers(report), ElementsAre("disk.luks-container:error"));
  EXPECT_THAT(message_of(report, "disk.luks-container"), HasSubstr("version 2"));
}

TEST(Formats, NamesArchivesForWhatTheyAre) {
  for (const auto& [magic, name] : {std::pair{"\x1f\x8b\x08", "gzip"},
                                    {"\x28\xb5\x2f\xfd", "zstd"},
                                    {"PK\x03\x04", "zip"},
                                    {"BZh9", "bzip2"},
                                    {"\x04\x22\x4d\x18", "lz4"},
                                    {"LZIP\x01", "lzip"},
                                    {"\x1f\x9d\x90", "compress"},
                                    {"Rar!\x1a\x07", "rar"},
                                    {"070701", "cpio"}}) {
    const auto report = judged(with_text(0, magic));
    EXPECT_THAT(answers(report), ElementsAre("disk.format-unsupported:error"));
    EXPECT_THAT(message_of(report, "disk.format-unsupported"), HasSubstr(name));
  }
}

TEST(Formats, RecognisesATextDescriptorOfVmdkAfterComments) {
  const auto report =
      judged(with_text(0, "# a comment\r\n\n# Disk DescriptorFile\nversion=1\n", 4096));
  EXPECT_EQ(report.container.format, "vmdk");
  EXPECT_THAT(message_of(report, "disk.vmdk-subformat"), HasSubstr("other files"));
}

TEST(Formats, RecognisesAVhdFooterOnlyIfItFitsTheFile) {
  Image image = mbr_disk();
  const std::size_t disk = image.size();
  image.resize(disk + 512);
  put_text(image, disk, "conectix");
  put_big<std::uint32_t>(image, disk + 60, 2);
  put_big<std::uint64_t>(image, disk + 48, disk);
  EXPECT_EQ(judged(image).container.format, "vhd");
  put_big<std::uint64_t>(image, disk + 48, disk / 2);
  EXPECT_EQ(judged(image).container.format, "raw");
}

TEST(Formats, RefusesAnOpticalDisc) {
  const auto report = judged(with_text(32769, "CD001"));
  EXPECT_EQ(report.container.format, "iso");
  EXPECT_THAT(answers(report), ElementsAre("disk.iso-image:error"));
}

TEST(Formats, RefusesAHybridDiscWithoutARootPartition) {
  Image image = mbr_disk();
  put_text(image, 32769, "CD001");
  EXPECT_THAT(answers(judged(image)), ElementsAre("disk.iso-image:error"));
}

TEST(Formats, TakesADiskWithARootPartitionForADiskThoughAnOldDiscShowsThrough) {
  Image image = mbr_disk();
  put_text(image, 32769, "CD001");
  put_text(image, (1 << 20) + 0x438, "\x53\xef");
  const auto report = judged(image);
  EXPECT_EQ(report.container.format, "raw");
  EXPECT_THAT(answers(report), IsEmpty());
}

TEST(Formats, RefusesPolyglots) {
  Image image = sound_qcow2();
  put_text(image, 32769, "CD001");
  const auto report = judged(image);
  EXPECT_EQ(report.container.format, "");
  EXPECT_THAT(answers(report), ElementsAre("disk.multiple-formats:error"));
  EXPECT_THAT(message_of(report, "disk.multiple-formats"), HasSubstr("qcow2, iso"));
}

TEST(Formats, RefusesAnyTwoFormatsInOneFile) {
  const std::vector<std::pair<std::size_t, const char*>> heads{{0, "KDMV"},         {0, "vhdxfile"},
                                                               {0, "conectix"},     {0, "QFI\xfb"},
                                                               {0, "LUKS\xba\xbe"}, {0, "QED"}};
  for (const auto& [offset, head] : heads) {
    Image image = with_text(offset, head);
    put_text(image, 0x40, "\x7f\x10\xda\xbe");
    EXPECT_THAT(answers(judged(image)), ElementsAre("disk.multiple-formats:error")) << head;
    image = with_text(offset, head);
    put_text(image, 32769, "CD001");
    EXPECT_THAT(answers(judged(image)), ElementsAre("disk.multiple-formats:error")) << head;
  }
}

TEST(Formats, RefusesAnyFormatThatIsDeclaredAsAnother) {
  for (const auto& [qemu, ours] :
       {std::pair{"vmdk", "vmdk"}, {"vpc", "vhd"}, {"vhdx", "vhdx"}, {"vdi", "vdi"}}) {
    const Image image = made_by_qemu(qemu);
    EXPECT_THAT(answers(judged(image, ours)), testing::Not(testing::Contains(HasSubstr(":error"))));
    EXPECT_THAT(answers(judged(image, qemu)), testing::Not(testing::Contains(HasSubstr(":error"))));
    for (const char* other : {"raw", "qcow2"})
      EXPECT_THAT(answers(judged(image, other)), testing::Contains("disk.format-mismatch:error"));
  }
}

TEST(Formats, NamesTheFormatsOfOtherProgramsThatItRefuses) {
  for (const auto& [magic, name] : {std::pair{"WithoutFreeSpace", "parallels"},
                                    {"WithouFreSpacExt", "parallels"},
                                    {"Bochs Virtual HD Image", "bochs"},
                                    {"#!/bin/sh\n#V2.0 Format\n", "cloop"},
                                    {"\x3a\xff\x26\xed", "android-sparse"}}) {
    const auto report = judged(with_text(0, magic));
    EXPECT_EQ(report.container.format, name);
    EXPECT_THAT(answers(report), ElementsAre("disk.format-unsupported:error"));
  }
}

TEST(Formats, SaysHowLongALuksHeaderWouldKeepAProcessorBusy) {
  Image image = with_text(0, "LUKS\xba\xbe");
  put_big<std::uint16_t>(image, 6, 1);
  put_big<std::uint32_t>(image, 208, 0x00ac71f3);
  put_big<std::uint32_t>(image, 212, 12'000'001);
  EXPECT_THAT(message_of(judged(image), "disk.luks-container"), HasSubstr("12000001"));
  put_big<std::uint32_t>(image, 212, 12'000'000);
  EXPECT_THAT(message_of(judged(image), "disk.luks-container"), testing::Not(HasSubstr("PBKDF2")));
}

TEST(Formats, ReadsTheKeySlotsOfLuks2) {
  Image image = with_text(0, "LUKS\xba\xbe");
  put_big<std::uint16_t>(image, 6, 2);
  put_big<std::uint64_t>(image, 8, 16384);
  put_text(image, 4096,
           R"({"keyslots":{"0":{"kdf":{"type":"pbkdf2","iterations":99999999}},"1":{"kdf":{}}}})");
  const auto report = judged(image);
  EXPECT_THAT(message_of(report, "disk.luks-container"), HasSubstr("2 key slots"));
  EXPECT_THAT(message_of(report, "disk.luks-container"), HasSubstr("99999999"));
}

TEST(Formats, RecognisesLuks2ByItsSecondHeader) {
  Image image(1 << 20);
  put_text(image, 0x4000, "SKUL\xba\xbe");
  EXPECT_THAT(answers(judged(image)), ElementsAre("disk.blank:error"));
  put_big<std::uint64_t>(image, 0x4000 + 256, 0x4000);
  const auto report = judged(image);
  EXPECT_THAT(answers(report), ElementsAre("disk.luks-container:error"));
  EXPECT_THAT(message_of(report, "disk.luks-container"), HasSubstr("only the second header"));
}

TEST(Formats, SaysOnlyThatItIsNoDiskOfAFileThatIsNone) {
  EXPECT_THAT(answers(judged(with_text(0, "<html><body>404 Not Found</body></html>"))),
              ElementsAre("disk.blank:error"));
  Image odd(5001);
  EXPECT_THAT(answers(judged(odd)), ElementsAre("disk.blank:error"));
}

TEST(Formats, RefusesAQcow2ThatIsAlsoAVdi) {
  Image image = sound_qcow2();
  put_text(image, 0x40, "\x7f\x10\xda\xbe");
  EXPECT_THAT(answers(judged(image)), ElementsAre("disk.multiple-formats:error"));
}

TEST(Formats, RefusesARawDiskWhoseBytesAreQcow2) {
  const auto report = judged(sound_qcow2(), "raw");
  EXPECT_THAT(answers(report), ElementsAre("disk.format-mismatch:error"));
  EXPECT_THAT(message_of(report, "disk.format-mismatch"),
              HasSubstr("'raw', but its bytes are qcow2"));
}

TEST(Formats, RefusesAQcow2WhoseBytesAreRaw) {
  EXPECT_THAT(answers(judged(mbr_disk(), "qcow2")), ElementsAre("disk.format-mismatch:error"));
}

TEST(Formats, TakesADeclarationThatIsTrue) {
  EXPECT_THAT(answers(judged(sound_qcow2(), "qcow2")), IsEmpty());
  EXPECT_THAT(answers(judged(mbr_disk(), "raw")), IsEmpty());
}

TEST(Formats, RefusesAnEmptyFile) {
  for (const auto& declared : {std::optional<std::string>{}, std::optional<std::string>{"raw"}}) {
    const auto report = judged({}, declared);
    EXPECT_THAT(answers(report), ElementsAre("disk.blank:error"));
    EXPECT_THAT(message_of(report, "disk.blank"), HasSubstr("0 bytes"));
  }
}

TEST(Formats, ReportsADiskThatCannotBeRead) {
  MemorySource source{sound_qcow2()};
  source.fail();
  EXPECT_THAT(answers(judge(source, {})), ElementsAre("disk.unreadable:error"));
}

}  // namespace
}  // namespace imprint::container::test

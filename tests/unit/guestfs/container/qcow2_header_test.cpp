#include "tests/unit/guestfs/container/images.h"

namespace imprint::container::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Qcow2Header, AcceptsASoundImage) {
  const auto report = judged(sound_qcow2());
  EXPECT_THAT(answers(report), IsEmpty());
  EXPECT_EQ(report.container.format, "qcow2");
  EXPECT_EQ(report.container.virtual_size, std::uint64_t{1} << 30);
}

TEST(Qcow2Header, RefusesABackingFileAndShowsItsNameSafely) {
  Image image = sound_qcow2();
  put_big<std::uint64_t>(image, 8, 512);
  put_big<std::uint32_t>(image, 16, 12);
  put_text(image, 512, "/etc/\x1b[2Jabc");
  const auto report = judged(image);
  EXPECT_THAT(answers(report), ElementsAre("disk.qcow2-backing-file:error"));
  EXPECT_THAT(message_of(report, "disk.qcow2-backing-file"), HasSubstr("'/etc/\\x1b[2Jabc'"));
}

TEST(Qcow2Header, RefusesABackingNameOutsideTheFirstCluster) {
  Image image = sound_qcow2();
  put_big<std::uint64_t>(image, 8, cluster - 4);
  put_big<std::uint32_t>(image, 16, 5);
  EXPECT_THAT(answers(judged(image)),
              ElementsAre("disk.qcow2-header-bomb:error", "disk.qcow2-backing-file:error"));
  put_big<std::uint64_t>(image, 8, ~std::uint64_t{0});
  EXPECT_THAT(answers(judged(image)), Contains("disk.qcow2-backing-file:error"));
}

TEST(Qcow2Header, RefusesABackingNameThatIsTooLong) {
  Image image = sound_qcow2();
  put_big<std::uint64_t>(image, 8, 512);
  put_big<std::uint32_t>(image, 16, 1024);
  EXPECT_THAT(message_of(judged(image), "disk.qcow2-header-bomb"), HasSubstr("1024 bytes"));
}

TEST(Qcow2Header, RefusesAnExternalDataFileByItsFeatureBit) {
  Image image = sound_qcow2();
  put_big<std::uint64_t>(image, 72, 4);
  EXPECT_THAT(answers(judged(image)), ElementsAre("disk.qcow2-data-file:error"));
}

TEST(Qcow2Header, RefusesAnExternalDataFileNamedWithoutTheBit) {
  Image image = sound_qcow2();
  put_big<std::uint32_t>(image, 112, 0x44415441);
  put_big<std::uint32_t>(image, 116, 9);
  put_text(image, 120, "/dev/sda1");
  const auto report = judged(image);
  EXPECT_THAT(answers(report), ElementsAre("disk.qcow2-data-file:error"));
  EXPECT_THAT(message_of(report, "disk.qcow2-data-file"), HasSubstr("'/dev/sda1'"));
}

TEST(Qcow2Header, FindsADataFileBehindExtensionsPastTheFirst64KiB) {
  Image image(8 * std::size_t{2097152});
  const Image small = sound_qcow2();
  std::copy_n(small.begin(), 120, image.begin());
  const std::uint64_t large = 2097152;
  put_big<std::uint32_t>(image, 20, 21);
  put_big<std::uint64_t>(image, 40, 3 * large);
  put_big<std::uint64_t>(image, 48, large);
  put_big<std::uint32_t>(image, 112, 0x12345678);
  put_big<std::uint32_t>(image, 116, 1 << 20);
  put_big<std::uint32_t>(image, 120 + (1 << 20), 0x44415441);
  EXPECT_THAT(answers(judged(image)), Contains("disk.qcow2-data-file:error"));
}

TEST(Qcow2Header, RefusesAnExtensionThatLeavesTheCluster) {
  Image image = sound_qcow2();
  put_big<std::uint32_t>(image, 112, 0xe2792aca);
  put_big<std::uint32_t>(image, 116, 0xfffffff8);
  EXPECT_THAT(message_of(judged(image), "disk.qcow2-header-bomb"), HasSubstr("0xe2792aca"));
}

TEST(Qcow2Header, RefusesUnknownFeaturesAndOnlyWarnsOfExtendedL2) {
  Image image = sound_qcow2();
  put_big<std::uint64_t>(image, 72, 1U << 5);
  EXPECT_THAT(answers(judged(image)), ElementsAre("disk.qcow2-unknown-features:error"));
  put_big<std::uint64_t>(image, 72, 1ULL << 63);
  EXPECT_THAT(answers(judged(image)), ElementsAre("disk.qcow2-unknown-features:error"));
  put_big<std::uint64_t>(image, 72, 1U << 4);
  EXPECT_THAT(answers(judged(image)), Contains("disk.qcow2-unknown-features:warning"));
}

TEST(Qcow2Header, RefusesAnUnknownCompressionType) {
  Image image = sound_qcow2();
  put_big<std::uint64_t>(image, 72, 8);
  image[104] = std::byte{1};
  EXPECT_THAT(answers(judged(image)), IsEmpty());
  image[104] = std::byte{9};
  EXPECT_THAT(answers(judged(image)), ElementsAre("disk.qcow2-unknown-features:error"));
}

TEST(Qcow2Header, RefusesCorruptAndWarnsOfDirty) {
  Image image = sound_qcow2();
  put_big<std::uint64_t>(image, 72, 2);
  EXPECT_THAT(answers(judged(image)), ElementsAre("disk.qcow2-corrupt-or-dirty:error"));
  put_big<std::uint64_t>(image, 72, 1);
  EXPECT_THAT(answers(judged(image)), ElementsAre("disk.qcow2-corrupt-or-dirty:warning"));
}

TEST(Qcow2Header, RefusesEncryption) {
  for (const std::uint32_t method : {1U, 2U, 77U}) {
    Image image = sound_qcow2();
    put_big<std::uint32_t>(image, 32, method);
    EXPECT_THAT(answers(judged(image)), ElementsAre("disk.qcow2-encrypted:error"));
  }
}

TEST(Qcow2Header, RefusesOtherVersions) {
  for (const std::uint32_t version : {0U, 4U, 0xffffffffU}) {
    Image image = sound_qcow2();
    put_big<std::uint32_t>(image, 4, version);
    EXPECT_THAT(answers(judged(image)), ElementsAre("disk.format-unsupported:error"));
  }
}

TEST(Qcow2Header, RefusesVirtualSizesThatNoDiskHas) {
  for (const std::uint64_t size : {(std::uint64_t{16} << 40) + 512, ~std::uint64_t{0}}) {
    Image image = sound_qcow2();
    put_big<std::uint64_t>(image, 24, size);
    EXPECT_THAT(answers(judged(image)), Contains("disk.size-bomb:error"));
  }
}

TEST(Qcow2Header, RefusesAFileThatEndsInsideTheHeader) {
  Image image = sound_qcow2();
  for (const std::size_t size : {4U, 8U, 71U, 72U, 103U}) {
    Image cut = image;
    cut.resize(size);
    EXPECT_THAT(answers(judged(cut)), ElementsAre("disk.truncated:error")) << size;
  }
}

struct Lie {
  std::size_t offset;
  std::size_t width;
  std::uint64_t value;
  const char* what;
};

class Qcow2Lies : public testing::TestWithParam<Lie> {};

TEST_P(Qcow2Lies, AreHeaderBombs) {
  Image image = sound_qcow2();
  if (GetParam().width == 4)
    put_big(image, GetParam().offset, static_cast<std::uint32_t>(GetParam().value));
  else
    put_big(image, GetParam().offset, GetParam().value);
  MemorySource source{image};
  const auto report = judge(source, {});
  EXPECT_THAT(answers(report), Contains("disk.qcow2-header-bomb:error"));
  EXPECT_THAT(message_of(report, "disk.qcow2-header-bomb"), HasSubstr(GetParam().what));
  EXPECT_LE(source.bytes_read(), 2U << 20);
}

INSTANTIATE_TEST_SUITE_P(
    Fields, Qcow2Lies,
    testing::Values(
        Lie{20, 4, 8, "cluster_bits is 8"}, Lie{20, 4, 22, "cluster_bits is 22"},
        Lie{20, 4, 0xffffffff, "cluster_bits is 4294967295"},
        Lie{36, 4, 0xffffffff, "L1 table has 4294967295 entries"}, Lie{36, 4, 1, "needs 2"},
        Lie{36, 4, 0, "needs 2"}, Lie{40, 8, 12345, "not a multiple"},
        Lie{40, 8, 0, "inside the header"}, Lie{56, 4, 0, "refcount table has no clusters"},
        Lie{56, 4, 0xffffffff, "more than 8388608 bytes"},
        Lie{48, 8, 0, "refcount table is at byte 0"},
        Lie{48, 8, 65537, "refcount table is at byte 65537"}, Lie{60, 4, 65537, "65537 snapshots"},
        Lie{60, 4, 1, "snapshot table is at byte 0"}, Lie{96, 4, 7, "refcount_order is 7"},
        Lie{100, 4, 103, "header_length is 103"}, Lie{100, 4, 65537, "header_length is 65537"}));

}  // namespace
}  // namespace imprint::container::test

#include "guestfs/container/bytes.h"
#include "tests/unit/guestfs/container/images.h"

namespace imprint::container::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::size_t header_at = 512;
constexpr std::size_t table_at = 1536;

Image dynamic_vhd() {
  return made_by_qemu("vpc", "subformat=dynamic,force_size=on");
}

void seal(Image& image, std::size_t at, std::size_t length, std::size_t checksum_at) {
  put_big<std::uint32_t>(image, at + checksum_at, 0);
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < length; ++i) sum += std::to_integer<std::uint32_t>(image[at + i]);
  put_big(image, at + checksum_at, ~sum);
}
void seal_footer(Image& image, std::size_t at) {
  seal(image, at, 512, 64);
}
void seal_header(Image& image) {
  seal(image, header_at, 1024, 36);
}

/// The first footer with another number, and a right checksum.
template <class Number>
Image with_footer(std::size_t offset, Number value) {
  Image image = dynamic_vhd();
  put_big(image, offset, value);
  seal_footer(image, 0);
  return image;
}

TEST(Vhd, AcceptsADynamicOneWithTheSizeOfItsFooter) {
  const auto report = judged(dynamic_vhd());
  EXPECT_THAT(answers(report), IsEmpty());
  EXPECT_EQ(report.container.format, "vhd");
  EXPECT_EQ(report.container.virtual_size, 8U << 20);
}

TEST(Vhd, TakesTheSizeThatQemuTakes) {
  Image image = made_by_qemu("vpc", "subformat=dynamic");
  put_text(image, 28, "vpc ");
  put_big(image, 48, big_endian<std::uint64_t>(image, 48) + 512);
  seal_footer(image, 0);
  const auto report = judged(image);
  EXPECT_THAT(answers(report), ElementsAre("disk.vhd-size:warning"));
  const std::uint64_t geometry = std::uint64_t{big_endian<std::uint16_t>(image, 56)} *
                                 std::to_integer<unsigned>(image[58]) *
                                 std::to_integer<unsigned>(image[59]) * 512;
  EXPECT_EQ(report.container.virtual_size, geometry);
  const TempFolder folder;
  write_file(folder / "vpc.vhd", image);
  Command command;
  command.arguments = {"qemu-img", "info", "--output=json", "-f", "vpc", folder / "vpc.vhd"};
  const auto output = run_checked(command);
  ASSERT_TRUE(output) << output.error().message;
  EXPECT_THAT(answers(compare_with_qemu(report.container, output->out)), IsEmpty());
}

TEST(Vhd, RefusesADifferencingDisk) {
  EXPECT_THAT(answers(judged(with_footer<std::uint32_t>(60, 4))),
              ElementsAre("disk.differencing:error"));
}

TEST(Vhd, RefusesWrongChecksums) {
  Image image = dynamic_vhd();
  image[100] ^= std::byte{1};
  EXPECT_THAT(message_of(judged(image), "disk.vhd-header"), HasSubstr("footer"));
  image = dynamic_vhd();
  image[header_at + 200] ^= std::byte{1};
  EXPECT_THAT(message_of(judged(image), "disk.vhd-header"), HasSubstr("dynamic header"));
}

TEST(Vhd, RefusesNumbersThatCannotBe) {
  EXPECT_THAT(answers(judged(with_footer<std::uint32_t>(60, 7))),
              ElementsAre("disk.vhd-header:error"));
  EXPECT_THAT(answers(judged(with_footer<std::uint32_t>(60, 2))),
              ElementsAre("disk.vhd-header:error"))
      << "a fixed disk does not begin with a footer";
  EXPECT_THAT(answers(judged(with_footer<std::uint64_t>(48, 0))),
              ElementsAre("disk.vhd-header:error"));
  EXPECT_THAT(answers(judged(with_footer<std::uint64_t>(16, 1024))),
              ElementsAre("disk.vhd-header:error"));
  EXPECT_THAT(answers(judged(with_footer<std::uint64_t>(16, 1ULL << 60))),
              ElementsAre("disk.truncated:error"));
  for (const auto& [offset, value] : std::vector<std::pair<std::size_t, std::uint32_t>>{
           {28, 1}, {28, 1073741825}, {32, 0}, {32, 3}, {32, 256}}) {
    Image image = dynamic_vhd();
    put_big(image, header_at + offset, value);
    seal_header(image);
    EXPECT_THAT(answers(judged(image)), ElementsAre("disk.vhd-header:error")) << value;
  }
}

TEST(Vhd, RefusesASizeThatNoVhdHas) {
  EXPECT_THAT(answers(judged(with_footer<std::uint64_t>(48, 1ULL << 60))),
              ElementsAre("disk.size-bomb:error"));
}

TEST(Vhd, RefusesBlocksOutsideTheFileAndInsideTheHeader) {
  Image image = dynamic_vhd();
  put_big<std::uint32_t>(image, table_at, 0x10000000);
  EXPECT_THAT(answers(judged(image)), ElementsAre("disk.truncated:error"));
  put_big<std::uint32_t>(image, table_at, 1);
  EXPECT_THAT(answers(judged(image)), ElementsAre("disk.vhd-header:error"));
}

TEST(Vhd, NoticesEveryCutAndSparesOneOfTheLastFooterAlone) {
  const Image image = dynamic_vhd();
  expect_cuts_noticed(image, [&](std::size_t size) { return size >= image.size() - 512; });
}

TEST(Vhd, NoticesAFixedDiskThatIsShorterThanItSays) {
  Image image = made_by_qemu("vpc", "subformat=fixed,force_size=on");
  EXPECT_THAT(answers(judged(image)), IsEmpty());
  const std::size_t footer = image.size() - 512;
  put_big<std::uint64_t>(image, footer + 48, 16 << 20);
  seal_footer(image, footer);
  EXPECT_THAT(answers(judged(image)), ElementsAre("disk.truncated:error"));
}

}  // namespace
}  // namespace imprint::container::test

#include "tests/unit/guestfs/container/images.h"

namespace imprint::container::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::size_t descriptor_at = 512;

Image sparse() {
  return made_by_qemu("vmdk", "subformat=monolithicSparse");
}

/// With another descriptor in place of its own.
Image with_descriptor(std::string_view text) {
  Image image = sparse();
  std::fill_n(image.begin() + descriptor_at, 20 * 512, std::byte{0});
  put_text(image, descriptor_at, text);
  return image;
}

constexpr std::string_view sound_descriptor =
    "# Disk DescriptorFile\nversion=1\nCID=12345678\nparentCID=ffffffff\n"
    "createType=\"monolithicSparse\"\n\nRW 16384 SPARSE \"disk.vmdk\"\n\nddb.adapterType = "
    "\"ide\"\n";

std::string replaced(std::string_view from, std::string_view to) {
  std::string text{sound_descriptor};
  return text.replace(text.find(from), from.size(), to);
}

/// As VMware exports: the directory's place is only in the footer at the end.
Image stream() {
  Image image = made_by_qemu("vmdk", "subformat=streamOptimized");
  const Image header{image.begin(), image.begin() + 512};
  put_little(image, 56, ~std::uint64_t{0});
  const std::size_t end = image.size();
  image.resize(end + 3 * 512);
  put_little<std::uint64_t>(image, end, 1);
  put_little<std::uint32_t>(image, end + 12, 3);
  std::copy(header.begin(), header.end(), image.begin() + static_cast<std::ptrdiff_t>(end) + 512);
  return image;
}
constexpr std::size_t footer_from_end = 1024;

TEST(Vmdk, AcceptsADescriptorWithTheUsualLines) {
  EXPECT_THAT(answers(judged(with_descriptor(sound_descriptor))), IsEmpty());
  EXPECT_THAT(answers(judged(with_descriptor(replaced("\"disk.vmdk\"", "\"\xe7\xa3\x81.vmdk\"")))),
              IsEmpty())
      << "names need not be ASCII";
}

TEST(Vmdk, RefusesCreateTypesWhoseDataLiesElsewhere) {
  for (const char* type : {"monolithicFlat", "vmfs", "twoGbMaxExtentFlat", "fullDevice", ""}) {
    const auto report = judged(with_descriptor(replaced("monolithicSparse", type)));
    EXPECT_THAT(answers(report), ElementsAre("disk.vmdk-subformat:error")) << type;
  }
  EXPECT_THAT(answers(judged(with_descriptor(replaced("createType", "createtypo")))),
              ElementsAre("disk.vmdk-subformat:error"));
  EXPECT_THAT(answers(judged(with_descriptor(replaced("monolithicSparse", "streamOptimized")))),
              ElementsAre("disk.vmdk-subformat:error"));
}

TEST(Vmdk, RefusesExtentsThatAreNotTheFile) {
  for (const auto& [from, to] : {std::pair{"\"disk.vmdk\"", "\"/etc/shadow\""},
                                 {"\"disk.vmdk\"", "\"../disk.vmdk\""},
                                 {"SPARSE", "FLAT"},
                                 {"RW 16384 SPARSE \"disk.vmdk\"", ""},
                                 {"RW 16384", "RW 1 SPARSE \"a.vmdk\"\nRW 16384"},
                                 {"version=1", "open /etc/passwd"}}) {
    const auto report = judged(with_descriptor(replaced(from, to)));
    EXPECT_THAT(answers(report), ElementsAre("disk.vmdk-extent-path:error")) << to;
  }
}

TEST(Vmdk, RefusesAParentHoweverItIsNamed) {
  EXPECT_THAT(answers(judged(with_descriptor(replaced("ffffffff", "12345678")))),
              ElementsAre("disk.differencing:error"));
  EXPECT_THAT(
      answers(judged(with_descriptor(replaced("\n\n", "\nparentFileNameHint=\"/etc/shadow\"\n")))),
      ElementsAre("disk.differencing:error"));
  EXPECT_THAT(answers(judged(with_descriptor(
                  replaced("# Disk", "# parentFileNameHint=\"/etc/shadow\"\n# Disk")))),
              ElementsAre("disk.differencing:error"))
      << "QEMU reads it even in a comment";
}

TEST(Vmdk, RefusesADescriptorInAnUnusualPlace) {
  for (const auto& [at, sectors] :
       {std::pair<std::uint64_t, std::uint64_t>{2, 20}, {1, 0}, {1, 2048}, {0, 20}}) {
    Image image = sparse();
    put_little(image, 28, at);
    put_little(image, 36, sectors);
    EXPECT_THAT(answers(judged(image)), ElementsAre("disk.vmdk-extent-path:error")) << at;
  }
}

TEST(Vmdk, RefusesATextDescriptorAndShowsItsPaths) {
  Image image(4096);
  put_text(image, 0,
           "# Disk DescriptorFile\nversion=1\ncreateType=\"monolithicFlat\"\n"
           "RW 16384 FLAT \"/dev/sda\" 0\n");
  EXPECT_THAT(answers(judged(image)),
              ElementsAre("disk.vmdk-subformat:error", "disk.vmdk-extent-path:error"));
}

TEST(Vmdk, RefusesExtentsOfEsxHosts) {
  Image image(4096);
  put_text(image, 0, "COWD");
  EXPECT_THAT(answers(judged(image)), ElementsAre("disk.vmdk-subformat:error"));
  put_little<std::uint64_t>(image, 0, 0xcafebabe);
  EXPECT_THAT(answers(judged(image)), ElementsAre("disk.vmdk-subformat:error"));
}

TEST(Vmdk, RefusesNumbersThatCannotBe) {
  for (const auto& [offset, value] : std::vector<std::pair<std::size_t, std::uint64_t>>{
           {12, 0}, {20, 0}, {20, 129}, {20, 0x400000}}) {
    Image image = sparse();
    put_little(image, offset, value);
    EXPECT_THAT(answers(judged(image)), ElementsAre("disk.vmdk-header:error")) << value;
  }
  Image image = sparse();
  put_little<std::uint32_t>(image, 44, 513);
  EXPECT_THAT(answers(judged(image)), ElementsAre("disk.vmdk-header:error"));
  image = sparse();
  image[76] = std::byte{' '};
  EXPECT_THAT(message_of(judged(image), "disk.vmdk-header"), HasSubstr("as a text"));
  image = sparse();
  put_little<std::uint32_t>(image, 4, 4);
  EXPECT_THAT(answers(judged(image)), ElementsAre("disk.format-unsupported:error"));
}

TEST(Vmdk, RefusesASizeThatNoDiskHas) {
  Image image = sparse();
  put_little(image, 12, (std::uint64_t{16} << 40) / 512 + 1);
  EXPECT_THAT(answers(judged(image)), ElementsAre("disk.size-bomb:error"));
  put_little(image, 12, ~std::uint64_t{0});
  EXPECT_THAT(answers(judged(image)), ElementsAre("disk.size-bomb:error"));
}

TEST(Vmdk, NoticesEveryCut) {
  const auto never = [](std::size_t) { return false; };
  expect_cuts_noticed(sparse(), never);
  expect_cuts_noticed(stream(), never);
}

TEST(Vmdk, SaysWhichGrainIsMissing) {
  Image image = sparse();
  image.resize(image.size() - (1 << 20));
  EXPECT_THAT(message_of(judged(image), "disk.truncated"), HasSubstr("its grain is at sector"));
}

TEST(Vmdk, AcceptsAStreamWithItsFooter) {
  const auto report = judged(stream());
  EXPECT_THAT(answers(report), IsEmpty());
  EXPECT_EQ(report.container.virtual_size, 8U << 20);
}

TEST(Vmdk, RefusesAStreamWithoutItsEnd) {
  Image image = stream();
  put_little<std::uint32_t>(image, image.size() - 512 + 12, 1);
  EXPECT_THAT(answers(judged(image)), ElementsAre("disk.truncated:error"));
}

TEST(Vmdk, RefusesAFooterThatSaysSomethingElse) {
  for (const auto& [offset, value] : std::vector<std::pair<std::size_t, std::uint64_t>>{
           {56, ~std::uint64_t{0}}, {12, 8192}, {28, 2}, {0, 0}}) {
    Image image = stream();
    put_little(image, image.size() - footer_from_end + offset, value);
    EXPECT_THAT(answers(judged(image)), ElementsAre("disk.vmdk-footer:error")) << offset;
  }
}

TEST(Vmdk, RefusesADiskWithoutData) {
  const TempFolder folder;
  run({"qemu-img", "create", "-q", "-f", "vmdk", folder / "empty.vmdk", "64M"});
  EXPECT_THAT(answers(judged_file(folder / "empty.vmdk")), ElementsAre("disk.blank:error"));
}

}  // namespace
}  // namespace imprint::container::test

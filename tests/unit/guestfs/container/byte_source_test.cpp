#include "guestfs/container/byte_source.h"

#include <sys/stat.h>

#include "tests/unit/guestfs/container/images.h"

namespace imprint::container::test {
namespace {

TEST(FileSource, ReadsAtAnyOffsetAndLessAtTheEnd) {
  const TempFolder folder;
  std::ofstream{folder / "disk"} << "0123456789";
  auto source = FileSource::open(folder / "disk");
  ASSERT_TRUE(source) << source.error().message;
  EXPECT_EQ(source->size(), 10U);
  std::array<std::byte, 8> buffer{};
  EXPECT_EQ(source->read(4, buffer).value(), 6U);
  EXPECT_EQ(buffer[0], std::byte{'4'});
  EXPECT_EQ(source->read(10, buffer).value(), 0U);
  EXPECT_EQ(source->read(~std::uint64_t{0}, buffer).value(), 0U);
}

TEST(FileSource, NamesAFileThatIsNotThere) {
  const auto source = FileSource::open("/no/such/disk");
  ASSERT_FALSE(source);
  EXPECT_EQ(source.error().code, Errc::not_found);
  EXPECT_THAT(source.error().message, testing::HasSubstr("'/no/such/disk'"));
}

TEST(FileSource, RefusesAFolder) {
  const TempFolder folder;
  const auto source = FileSource::open(folder.path());
  ASSERT_FALSE(source);
  EXPECT_EQ(source.error().code, Errc::invalid);
  EXPECT_THAT(source.error().message, testing::HasSubstr("is a folder"));
}

TEST(FileSource, RefusesAPipeWithoutWaitingForItsWriter) {
  const TempFolder folder;
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  const auto source = FileSource::open(folder / "pipe");
  ASSERT_FALSE(source);
  EXPECT_EQ(source.error().code, Errc::invalid);
  EXPECT_THAT(source.error().message, testing::HasSubstr("is a pipe"));
}

TEST(FileSource, RefusesACharacterDevice) {
  const auto source = FileSource::open("/dev/zero");
  ASSERT_FALSE(source);
  EXPECT_EQ(source.error().code, Errc::invalid);
}

TEST(FileSource, FollowsALinkToAFileButNotALoop) {
  const TempFolder folder;
  std::ofstream{folder / "disk"} << "x";
  std::filesystem::create_symlink("disk", folder / "link");
  std::filesystem::create_symlink("loop", folder / "loop");
  EXPECT_TRUE(FileSource::open(folder / "link"));
  EXPECT_EQ(FileSource::open(folder / "loop").error().code, Errc::invalid);
}

TEST(ReadRange, NeverReadsOrAllocatesPastTheEnd) {
  MemorySource source{Image(100)};
  EXPECT_EQ(read_range(source, 90, std::size_t{1} << 60).value().size(), 10U);
  EXPECT_TRUE(read_range(source, 200, 10).value().empty());
}

}  // namespace
}  // namespace imprint::container::test

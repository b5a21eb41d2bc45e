#include "agent/base/atomic_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "tests/support/temp_folder.h"

namespace imprint {
namespace {

using test::TempFolder;

std::size_t names_in(const std::filesystem::path& folder) {
  const std::filesystem::directory_iterator names{folder};
  return static_cast<std::size_t>(std::distance(begin(names), end(names)));
}

unsigned mode_of(const std::filesystem::path& path) {
  struct stat info {};
  EXPECT_EQ(::stat(path.c_str(), &info), 0);
  return info.st_mode & 07777U;
}

TEST(AtomicFile, ReplacesTheContentAndLeavesNoTemporary) {
  const TempFolder folder;
  ASSERT_TRUE(write_file_atomically(folder / "file", "old"));
  ASSERT_TRUE(write_file_atomically(folder / "file", "new"));
  EXPECT_EQ(read_file(folder / "file").value(), "new");
  EXPECT_EQ(mode_of(folder / "file"), 0600U);
  EXPECT_EQ(names_in(folder.path()), 1U);
}

TEST(AtomicFile, GivesASecretItsModeThoughAnOldTemporaryHadAnother) {
  const TempFolder folder;
  std::ofstream{folder / "file.tmp"} << "left by a crash, and longer than the new content";
  ASSERT_EQ(::chmod((folder / "file.tmp").c_str(), 0666), 0);
  ASSERT_TRUE(write_file_atomically(folder / "file", "secret"));
  EXPECT_EQ(mode_of(folder / "file"), 0600U);
  EXPECT_EQ(read_file(folder / "file").value(), "secret");
}

TEST(AtomicFile, DoesNotWriteThroughALinkAtTheTemporaryName) {
  const TempFolder folder;
  std::ofstream{folder / "other"} << "untouched";
  std::filesystem::create_symlink("other", folder / "file.tmp");
  ASSERT_TRUE(write_file_atomically(folder / "file", "content"));
  EXPECT_EQ(read_file(folder / "other").value(), "untouched");
  EXPECT_EQ(read_file(folder / "file").value(), "content");
}

TEST(AtomicFile, LeavesNothingBehindWhenTheTargetIsAFolder) {
  const TempFolder folder;
  std::filesystem::create_directory(folder / "target");
  std::ofstream{folder / "target/inside"} << "x";
  const auto written = write_file_atomically(folder / "target", "content");
  ASSERT_FALSE(written);
  EXPECT_THAT(written.error().message, testing::HasSubstr("target'"));
  EXPECT_EQ(names_in(folder.path()), 1U);
}

TEST(AtomicFile, NamesTheFileInAFolderThatIsNotThere) {
  const auto written = write_file_atomically("/no/such/folder/file", "x");
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, Errc::not_found);
  EXPECT_THAT(written.error().message, testing::HasSubstr("'/no/such/folder/file'"));
}

TEST(AtomicFile, TakesANameInTheWorkingFolder) {
  const TempFolder folder;
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  const auto written = write_file_atomically("file", "content");
  std::filesystem::current_path(before);
  EXPECT_TRUE(written) << written.error().message;
}

TEST(PublishFile, MovesTheFileToItsName) {
  const TempFolder folder;
  std::ofstream{folder / "temporary"} << "content";
  ASSERT_TRUE(publish_file(folder / "temporary", folder / "file"));
  EXPECT_EQ(read_file(folder / "file").value(), "content");
  EXPECT_EQ(names_in(folder.path()), 1U);
  EXPECT_EQ(publish_file(folder / "temporary", folder / "file").error().code, Errc::not_found);
}

TEST(ReadFile, StopsAtTheLimit) {
  const TempFolder folder;
  std::ofstream{folder / "file"} << "0123456789";
  EXPECT_EQ(read_file(folder / "file", 10).value(), "0123456789");
  EXPECT_EQ(read_file(folder / "file", 9).error().code, Errc::exhausted);
  EXPECT_EQ(read_file("/dev/zero").error().code, Errc::exhausted);
  EXPECT_EQ(read_file(folder.path()).error().code, Errc::invalid);
}

TEST(ReadRegularFile, WaitsForNobody) {
  const test::TempFolder folder;
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(read_regular_file(folder / "pipe").error().code, Errc::invalid);
  EXPECT_EQ(read_regular_file(folder.path()).error().code, Errc::invalid);
  EXPECT_EQ(read_regular_file(folder / "absent").error().code, Errc::not_found);
  ASSERT_TRUE(write_file_atomically(folder / "file", "bytes", 0600));
  EXPECT_EQ(*read_regular_file(folder / "file"), "bytes");
}

}  // namespace
}  // namespace imprint

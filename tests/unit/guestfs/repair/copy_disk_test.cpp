#include "guestfs/repair/copy_disk.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "agent/base/atomic_file.h"
#include "tests/support/temp_folder.h"

namespace imprint::repair {
namespace {

std::uint64_t used_bytes(const std::filesystem::path& path) {
  struct stat info {};
  EXPECT_EQ(::stat(path.c_str(), &info), 0);
  return static_cast<std::uint64_t>(info.st_blocks) * 512;
}

struct CopiedDisk : testing::Test {
  CopiedDisk() {
    std::ofstream file{source, std::ios::binary};
    file << "begin";
    file.seekp(10 << 20);
    file << "middle";
    file.close();
    std::filesystem::resize_file(source, 30 << 20);
  }
  test::TempFolder folder;
  std::filesystem::path source = folder / "source";
  std::filesystem::path target = folder / "target";
};

TEST_F(CopiedDisk, HasTheSameBytesAndHoles) {
  ASSERT_TRUE(copy_sparsely(source, target, {}));
  EXPECT_EQ(read_file(target, 64 << 20).value(), read_file(source, 64 << 20).value());
  EXPECT_LE(used_bytes(target), 1U << 20);
}

TEST_F(CopiedDisk, TakesNoSpaceForZerosThatWereWritten) {
  std::ofstream{source, std::ios::binary} << std::string(8 << 20, '\0') << "end";
  ASSERT_TRUE(copy_sparsely(source, target, {}));
  EXPECT_EQ(read_file(target, 64 << 20).value(), read_file(source, 64 << 20).value());
  EXPECT_LE(used_bytes(target), 4U << 20);
}

TEST_F(CopiedDisk, TakesNoPlaceThatIsTaken) {
  std::ofstream{target} << "mine";
  const auto copied = copy_sparsely(source, target, {});
  ASSERT_FALSE(copied);
  EXPECT_EQ(copied.error().code, Errc::conflict);
  const auto published = publish_new(source, target);
  ASSERT_FALSE(published);
  EXPECT_EQ(published.error().code, Errc::conflict);
  EXPECT_EQ(read_file(target).value(), "mine");
  EXPECT_TRUE(std::filesystem::exists(source));
}

TEST_F(CopiedDisk, IsNotMadeWhenCancelled) {
  const auto copied = copy_sparsely(source, target, [] { return true; });
  // A file system that shares the blocks is done before anybody can cancel.
  if (!copied) {
    EXPECT_EQ(copied.error().code, Errc::cancelled);
  }
}

TEST_F(CopiedDisk, GetsItsPlace) {
  ASSERT_TRUE(publish_new(source, target));
  EXPECT_FALSE(std::filesystem::exists(source));
  EXPECT_TRUE(std::filesystem::exists(target));
}

}  // namespace
}  // namespace imprint::repair

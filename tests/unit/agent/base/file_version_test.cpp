#include "agent/base/file_version.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "tests/support/temp_folder.h"

namespace imprint {
namespace {

struct FileVersion : testing::Test {
  FileVersion() { std::ofstream{file} << "bytes"; }
  [[nodiscard]] std::string version() const { return file_version(file).value(); }
  test::TempFolder folder;
  std::filesystem::path file = folder / "file";
};

TEST_F(FileVersion, StaysWhileTheFileIsOnlyRead) {
  const std::string before = version();
  std::string bytes;
  std::ifstream{file} >> bytes;
  EXPECT_EQ(version(), before);
}

TEST_F(FileVersion, IsAnotherAfterEachWriteHoweverSoonItComes) {
  for (int i = 0; i < 20; ++i) {
    const std::string before = version();
    std::fstream{file} << "BYTES";  // as many, and the file is not cut before
    EXPECT_NE(version(), before);
  }
}

TEST_F(FileVersion, IsAnotherWhereTheTimeOfModificationWasSetBack) {
  struct stat info {};
  ASSERT_EQ(::stat(file.c_str(), &info), 0);
  const std::string before = version();
  std::fstream{file} << "BYTES";
  const struct timespec times[] = {info.st_atim, info.st_mtim};
  ASSERT_EQ(::utimensat(AT_FDCWD, file.c_str(), times, 0), 0);
  EXPECT_NE(version(), before);
}

TEST_F(FileVersion, IsAnotherForAnotherFileOfThatName) {
  const std::string before = version();
  std::ofstream{folder / "other"} << "bytes";
  std::filesystem::rename(folder / "other", file);
  EXPECT_NE(version(), before);
}

TEST_F(FileVersion, IsThatOfTheFileBehindALink) {
  std::filesystem::create_symlink(file, folder / "link");
  EXPECT_EQ(file_version(folder / "link").value(), version());
}

TEST_F(FileVersion, OfWhatIsNotThereIsAnError) {
  EXPECT_EQ(file_version(folder / "absent").error().code, Errc::not_found);
}

}  // namespace
}  // namespace imprint

#include "guestfs/inspect/private_folder.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <optional>

#include "tests/support/temp_folder.h"

namespace imprint::inspect {
namespace {

namespace fs = std::filesystem;

class PrivateFolderTest : public testing::Test {
 protected:
  PrivateFolderTest() { ::setenv("TMPDIR", place_.path().c_str(), 1); }
  ~PrivateFolderTest() override { ::unsetenv("TMPDIR"); }

  [[nodiscard]] std::ptrdiff_t folders() const {
    return std::distance(fs::directory_iterator{place_.path()}, fs::directory_iterator{});
  }

  test::TempFolder place_;
};

TEST_F(PrivateFolderTest, IsForItsUserAloneAndGoesWithItsContent) {
  {
    const auto folder = PrivateFolder::create(place_.path(), PrivateFolder::workers);
    ASSERT_TRUE(folder) << folder.error().message;
    EXPECT_EQ(fs::status(folder->path()).permissions(), fs::perms::owner_all);
    std::ofstream{folder->path() / "disk"} << "of a guest";
  }
  EXPECT_EQ(folders(), 0);
}

TEST_F(PrivateFolderTest, OneOfAKilledProcessIsRemovedAndOneInUseStays) {
  const auto used = PrivateFolder::create(place_.path(), PrivateFolder::workers);
  ASSERT_TRUE(used);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto left = PrivateFolder::create(place_.path(), PrivateFolder::workers);
    if (left) std::ofstream{left->path() / "disk"} << "of a guest";
    ::_exit(left ? 0 : 1);  // as if killed: nothing is destroyed
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  ASSERT_EQ(status, 0);
  EXPECT_EQ(folders(), 2);
  PrivateFolder::remove_stale();
  EXPECT_EQ(folders(), 1);
  EXPECT_TRUE(fs::exists(used->path()));
}

}  // namespace
}  // namespace imprint::inspect

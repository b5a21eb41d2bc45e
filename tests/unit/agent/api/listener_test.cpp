#include "agent/api/listener.h"

#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <fstream>

#include "tests/support/temp_folder.h"

namespace imprint::api {
namespace {

using testing::HasSubstr;

struct ListenerTest : testing::Test {
  test::TempFolder folder;
  SocketPlace place{folder / "s.sock", 0660, {}};
};

TEST_F(ListenerTest, MakesASocketForItsGroupAndRemovesIt) {
  {
    const auto listener = Listener::open(place);
    ASSERT_TRUE(listener) << listener.error().message;
    struct stat info {};
    ASSERT_EQ(::stat(place.path.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode, static_cast<mode_t>(S_IFSOCK | 0660));
  }
  EXPECT_FALSE(std::filesystem::exists(place.path));
}

TEST_F(ListenerTest, NamesABusySocketAndLeavesItAlone) {
  const auto first = Listener::open(place);
  ASSERT_TRUE(first);
  {
    const auto second = Listener::open(place);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, Errc::conflict);
    EXPECT_THAT(second.error().message, HasSubstr(place.path.string()));
    EXPECT_THAT(second.error().message, HasSubstr("busy"));
  }
  EXPECT_TRUE(std::filesystem::exists(place.path));
}

TEST_F(ListenerTest, TakesThePlaceOfADeadAgent) {
  {
    auto dead = Listener::open(place);
    ASSERT_TRUE(dead);
    const Fd closed{dead->release()};
    std::filesystem::rename(place.path, folder / "kept");
  }
  std::filesystem::rename(folder / "kept", place.path);
  const auto listener = Listener::open(place);
  EXPECT_TRUE(listener) << listener.error().message;
}

TEST_F(ListenerTest, LeavesAFileThatIsNoSocketAlone) {
  std::ofstream{place.path} << "precious";
  const auto listener = Listener::open(place);
  ASSERT_FALSE(listener);
  EXPECT_EQ(listener.error().code, Errc::conflict);
  EXPECT_EQ(std::filesystem::file_size(place.path), 8U);
}

TEST_F(ListenerTest, RefusesAPathThatIsTooLong) {
  place.path = folder / std::string(200, 'x');
  const auto listener = Listener::open(place);
  ASSERT_FALSE(listener);
  EXPECT_EQ(listener.error().code, Errc::invalid);
}

TEST_F(ListenerTest, NamesAFolderThatIsMissing) {
  place.path = folder / "no/s.sock";
  const auto listener = Listener::open(place);
  ASSERT_FALSE(listener);
  EXPECT_THAT(listener.error().message, HasSubstr("no/s.sock"));
}

}  // namespace
}  // namespace imprint::api

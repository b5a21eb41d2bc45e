#include "plugins/libvirt/console.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "tests/support/temp_folder.h"

namespace imprint::libvirt {
namespace {

class ConsoleTail : public ::testing::Test {
 protected:
  test::TempFolder folder_;
  std::filesystem::path log_ = folder_ / "console.log";
};

TEST_F(ConsoleTail, IsEmptyWhileThereIsNoFile) {
  const auto tail = tail_of(log_, 100);
  ASSERT_TRUE(tail) << tail.error().message;
  EXPECT_EQ(*tail, "");
}

TEST_F(ConsoleTail, IsTheEndOfTheFile) {
  std::ofstream{log_} << "one\ntwo\nthree";
  EXPECT_EQ(tail_of(log_, 5).value(), "three");
  EXPECT_EQ(tail_of(log_, 1000).value(), "one\ntwo\nthree");
  EXPECT_EQ(tail_of(log_, 0).value(), "");
}

TEST_F(ConsoleTail, KeepsBytesThatAreNoText) {
  const std::string bytes{"\0\xff\x1b[0m\n", 7};
  std::ofstream{log_, std::ios::binary} << bytes;
  EXPECT_EQ(tail_of(log_, 100).value(), bytes);
}

TEST_F(ConsoleTail, FollowsNoLinkAndHangsOnNoPipe) {
  std::filesystem::create_symlink("/etc/passwd", log_);
  EXPECT_FALSE(tail_of(log_, 100));
  ASSERT_EQ(::mkfifo((folder_ / "pipe").c_str(), 0600), 0);
  const auto pipe = tail_of(folder_ / "pipe", 100);
  ASSERT_FALSE(pipe);
  EXPECT_EQ(pipe.error().code, Errc::corrupt);
}

}  // namespace
}  // namespace imprint::libvirt

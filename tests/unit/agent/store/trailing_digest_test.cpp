#include "agent/store/trailing_digest.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <fstream>

#include "agent/base/digest.h"
#include "agent/base/fd.h"
#include "tests/support/temp_folder.h"

namespace imprint::store {
namespace {

struct TrailingDigestTest : testing::Test {
  TrailingDigestTest() {
    std::ofstream{folder / "file"} << "bytes" << std::string(3, '\0');
    file = Fd{::open((folder / "file").c_str(), O_RDONLY | O_CLOEXEC)};
  }
  test::TempFolder folder;
  Fd file;
};

TEST_F(TrailingDigestTest, IsThatOfBytesAndHoles) {
  TrailingDigest digest{file.get()};
  digest.add_data(5);
  digest.add_hole(3);
  EXPECT_EQ(*digest.finish({}), digest_of(std::string{"bytes"} + std::string(3, '\0')));
}

TEST_F(TrailingDigestTest, OfAFileThatIsShorterIsNone) {
  TrailingDigest digest{file.get()};
  digest.add_data(9);
  EXPECT_EQ(digest.finish({}).error().code, Errc::corrupt);
}

TEST_F(TrailingDigestTest, IsLeftWhenItIsCancelled) {
  TrailingDigest digest{file.get()};
  digest.add_hole(std::uint64_t{1} << 50);  // for days
  EXPECT_EQ(digest.finish([] { return true; }).error().code, Errc::cancelled);
}

}  // namespace
}  // namespace imprint::store

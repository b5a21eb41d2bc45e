#include "agent/store/ballast.h"

#include <gtest/gtest.h>

#include "tests/support/temp_folder.h"

namespace imprint::store {
namespace {

TEST(Ballast, HoldsRealBlocksUntilItIsDropped) {
  test::TempFolder folder;
  const auto file = folder / "ballast";
  load_ballast(file);
  ASSERT_TRUE(std::filesystem::exists(file));
  EXPECT_EQ(std::filesystem::file_size(file), ballast_bytes);
  EXPECT_TRUE(drop_ballast(file));
  EXPECT_FALSE(std::filesystem::exists(file));
  EXPECT_FALSE(drop_ballast(file));
}

}  // namespace
}  // namespace imprint::store

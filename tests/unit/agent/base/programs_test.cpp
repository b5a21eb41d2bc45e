#include "agent/base/programs.h"

#include <gmock/gmock.h>

namespace imprint {
namespace {

using testing::HasSubstr;

TEST(Programs, AreFoundBesideTheOneThatRuns) {
  const auto here = std::filesystem::read_symlink("/proc/self/exe");
  EXPECT_EQ(own_folder(), here.parent_path());
  EXPECT_EQ(find_program(here.filename()).value(), here);
}

TEST(Programs, AreNamedWhereTheyAreMissing) {
  const auto missing = find_program("imprint-nothing");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Errc::unavailable);
  EXPECT_THAT(missing.error().message, HasSubstr("'imprint-nothing' is not installed in '/"));
}

}  // namespace
}  // namespace imprint

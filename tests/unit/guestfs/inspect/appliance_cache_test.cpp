#include "guestfs/inspect/appliance_cache.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace imprint::inspect {
namespace {

TEST(CacheFolder, IsTheUnitsOwnThenTheUsers) {
  ::setenv("CACHE_DIRECTORY", "/var/cache/unit", 1);
  ::setenv("XDG_CACHE_HOME", "/home/u/cache", 1);
  ::setenv("HOME", "/home/u", 1);
  EXPECT_EQ(default_cache_folder(), "/var/cache/unit");
  ::unsetenv("CACHE_DIRECTORY");
  EXPECT_EQ(default_cache_folder(), "/home/u/cache/imprint");
  ::setenv("XDG_CACHE_HOME", "relative", 1);
  EXPECT_EQ(default_cache_folder(), "/home/u/.cache/imprint");
  ::unsetenv("XDG_CACHE_HOME");
  ::unsetenv("HOME");
  EXPECT_EQ(default_cache_folder(), "/var/cache/imprint");
}

TEST(PrepareAppliance, NamesACacheFolderThatCannotBeMade) {
  const auto appliance = prepare_appliance("/dev/null/cache");
  ASSERT_FALSE(appliance);
  EXPECT_NE(appliance.error().message.find("/dev/null/cache"), std::string::npos);
}

}  // namespace
}  // namespace imprint::inspect

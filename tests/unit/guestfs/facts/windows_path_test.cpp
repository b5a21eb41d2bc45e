#include "guestfs/facts/windows_path.h"

#include <gtest/gtest.h>

#include "guestfs/guest/memory_fs.h"

namespace imprint::facts {
namespace {

TEST(WindowsPath, IsFoundWhateverTheCase) {
  guest::MemoryFs memory;
  memory.file("/Windows/System32/Config/SYSTEM", "x");
  guest::FollowingFs fs{memory};
  const auto found = find_windows_path(fs, "windows\\system32/config\\System");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->str(), "/Windows/System32/Config/SYSTEM");
  EXPECT_FALSE(find_windows_path(fs, "windows/system32/config/sam"));
  EXPECT_FALSE(find_windows_path(fs, "windows/system32/config/system/below"));
}

TEST(WindowsPath, OfADriverIsThatOfItsService) {
  EXPECT_EQ(driver_path("", "viostor"), "Windows/System32/drivers/viostor.sys");
  EXPECT_EQ(driver_path("\\SystemRoot\\System32\\drivers\\a.sys", "b"),
            "Windows/System32\\drivers\\a.sys");
  EXPECT_EQ(driver_path("system32\\DRIVERS\\a.sys", "b"), "Windows/system32\\DRIVERS\\a.sys");
  EXPECT_EQ(driver_path("\\??\\C:\\Drivers\\a.sys", "b"), "Drivers\\a.sys");
}

}  // namespace
}  // namespace imprint::facts

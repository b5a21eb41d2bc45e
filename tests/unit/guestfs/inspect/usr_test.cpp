#include <gtest/gtest.h>

#include "guestfs/guest/find_systems.h"
#include "guestfs/guest/memory_fs.h"

namespace imprint::guest {
namespace {

TEST(Usr, IsToldFromARootAndFromData) {
  MemoryFs flatcar;
  flatcar.folder("/bin").file("/lib/os-release", "ID=flatcar\n").folder("/share/flatcar");
  EXPECT_EQ(holds_usr(flatcar).value(), true);
  MemoryFs container_linux;
  container_linux.folder("/bin").file("/share/coreos/lsb-release", "DISTRIB_ID=CoreOS\n");
  EXPECT_EQ(holds_usr(container_linux).value(), true);
  MemoryFs data;
  data.folder("/bin").folder("/lib").folder("/share");
  EXPECT_EQ(holds_usr(data).value(), false);
  MemoryFs dead;
  dead.fail_with({Errc::unavailable, "gone"});
  EXPECT_FALSE(holds_usr(dead));
}

}  // namespace
}  // namespace imprint::guest

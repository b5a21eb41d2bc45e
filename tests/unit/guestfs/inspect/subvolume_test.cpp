#include <gtest/gtest.h>

#include "guestfs/guest/find_systems.h"

namespace imprint::guest {
namespace {

TEST(Subvolumes, OfSnapshotsAndContainersAreNoSystemsOfTheirOwn) {
  for (const char* path : {"@/.snapshots/1/snapshot", ".snapshots/7/snapshot",
                           "timeshift-btrfs/snapshots/2024-01-01/@", "@/var/lib/machines/web"})
    EXPECT_TRUE(belongs_to_another_system(path)) << path;
  for (const char* path : {"@", "@home", "root", "snapshots-of-mine", "my.snapshots/x"})
    EXPECT_FALSE(belongs_to_another_system(path)) << path;
}

}  // namespace
}  // namespace imprint::guest

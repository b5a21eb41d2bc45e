#include "guestfs/inspect/mount_plan.h"

#include <gmock/gmock.h>

#include "guestfs/guest/memory_fs.h"

namespace imprint::inspect {
namespace {

using guest::Volume;
using testing::ElementsAre;

constexpr std::size_t esp = 0;
constexpr std::size_t boot = 1;
constexpr std::size_t root = 2;
constexpr std::size_t swap = 3;

Volume volume(std::string filesystem, std::string uuid, std::string part_type = {}) {
  Volume result;
  result.filesystem = std::move(filesystem);
  result.uuid = std::move(uuid);
  result.part_type = std::move(part_type);
  return result;
}

guest::Inventory inventory() {
  guest::Inventory result;
  result.volumes = {volume("vfat", "ABCD-0001", "c12a7328-f81f-11d2-ba4b-00a0c93ec93b"),
                    volume("ext4", "b"), volume("btrfs", "r"), volume("swap", "s")};
  return result;
}

/// "MOUNT_POINT=VOLUME[:FOLDER]" in the order of the plan.
std::vector<std::string> plan(const std::string& fstab, const guest::SystemSearch& search,
                              const OwnMounts& own) {
  auto facts = facts::parse_fstab(fstab, "/etc/fstab");
  for (auto& entry : facts.entries) entry.device = guest::resolve_device(inventory(), entry.spec);
  std::vector<std::string> result;
  for (const auto& mount : plan_mounts(inventory(), search, own, facts))
    result.push_back(fmt::format("{}={}{}{}", mount.mount_point, mount.volume,
                                 mount.folder.empty() ? "" : ":", mount.folder));
  return result;
}

std::vector<std::string> plan(const std::string& fstab, const guest::SystemSearch& search,
                              const std::string& subvolume = {}) {
  return plan(fstab, search, own_mounts({root, subvolume, false, {}}));
}

/// What a deployment is shown by whose physical root is the subvolume, and holds `physical`.
OwnMounts deployed(guest::MemoryFs& physical, const std::string& subvolume = {}) {
  return own_mounts({root, subvolume, false, {}}, {"os", "1.0"}, physical);
}

TEST(MountPlan, TakesBootAndEfiFromFstab) {
  EXPECT_THAT(plan("UUID=r / btrfs defaults 0 0\nUUID=b /boot ext4 defaults 0 2\n"
                   "UUID=abcd-0001 /boot/efi vfat umask=0077 0 1\n",
                   {}),
              ElementsAre("/=2", "/boot=1", "/boot/efi=0"));
}

TEST(MountPlan, LeavesOutSwapDataAndWhatIsNotThere) {
  EXPECT_THAT(plan("UUID=s none swap sw 0 0\nUUID=b /data ext4 defaults 0 2\n"
                   "UUID=zzz /var ext4 defaults 0 2\ntmpfs /var/tmp tmpfs defaults 0 0\n",
                   {}),
              ElementsAre("/=2", "/boot/efi=0"));
}

TEST(MountPlan, FindsBootWithoutItsLineInFstab) {
  guest::SystemSearch search;
  search.boot_volumes = {boot};
  EXPECT_THAT(plan("", search), ElementsAre("/=2", "/boot=1", "/boot/efi=0"));
  EXPECT_THAT(plan("UUID=b /boot ext4 defaults 0 2\n", search),
              ElementsAre("/=2", "/boot=1", "/boot/efi=0"));
}

TEST(MountPlan, KeepsSubvolumes) {
  EXPECT_THAT(plan("UUID=r / btrfs subvol=@ 0 0\nUUID=r /var btrfs subvol=/@var 0 0\n", {}, "@"),
              ElementsAre("/=2:@", "/var=2:@var", "/boot/efi=0"));
}

TEST(MountPlan, FindsUsrWhereTheRootHasNone) {
  guest::SystemSearch search;
  search.usr_volumes = {boot};
  const OwnMounts hollow = own_mounts({root, {}, true, {}});
  EXPECT_THAT(plan("", search), ElementsAre("/=2", "/boot/efi=0"));
  EXPECT_THAT(plan("", search, hollow), ElementsAre("/=2", "/usr=1", "/boot/efi=0"));
  EXPECT_THAT(plan("UUID=r /usr btrfs subvol=usr\n", search, hollow),
              ElementsAre("/=2", "/usr=2:usr", "/boot/efi=0"));
}

TEST(MountPlan, PutsADeploymentTogetherAsTheInitramfsDoes) {
  guest::MemoryFs physical;
  physical.folder("/ostree/deploy/os/deploy/1.0/etc").folder("/boot");
  guest::SystemSearch search;
  search.boot_volumes = {boot};
  EXPECT_THAT(plan("", search, deployed(physical)),
              ElementsAre("/=2:ostree/deploy/os/deploy/1.0", "/boot=1", "/boot/efi=0",
                          "/var=2:ostree/deploy/os/var", "/sysroot=2"));
}

TEST(MountPlan, LeavesTheVarOfADeploymentToItsFstab) {
  guest::MemoryFs physical;
  physical.folder("/ostree/deploy/os/deploy/1.0/etc");
  EXPECT_THAT(plan("UUID=r /var btrfs subvol=var 0 0\n", {}, deployed(physical, "root")),
              ElementsAre("/=2:root/ostree/deploy/os/deploy/1.0", "/var=2:var", "/boot/efi=0",
                          "/sysroot=2:root"));
}

TEST(MountPlan, ShowsBootOfThePhysicalRootWhereTheEntriesLieThere) {
  guest::MemoryFs physical;
  physical.folder("/ostree/deploy/os/deploy/1.0/etc").link("/boot/loader", "loader.0");
  EXPECT_THAT(plan("", {}, deployed(physical)),
              ElementsAre("/=2:ostree/deploy/os/deploy/1.0", "/boot/efi=0", "/boot=2:boot",
                          "/var=2:ostree/deploy/os/var", "/sysroot=2"));
}

TEST(MountPlan, ShowsTheDefaultsOfADeploymentThatHasNoEtcYet) {
  guest::MemoryFs physical;
  physical.folder("/ostree/deploy/os/deploy/1.0/usr/etc");
  EXPECT_THAT(
      plan("", {}, deployed(physical)),
      ElementsAre("/=2:ostree/deploy/os/deploy/1.0", "/etc=2:ostree/deploy/os/deploy/1.0/usr/etc",
                  "/boot/efi=0", "/var=2:ostree/deploy/os/var", "/sysroot=2"));
}

TEST(MountPlan, TakesTheFirstOfTwoLinesForOneFolder) {
  EXPECT_THAT(plan("UUID=b /boot ext4\nUUID=r /boot/../boot/ btrfs\nUUID=b ../../boot ext4\n", {}),
              ElementsAre("/=2", "/boot=1", "/boot/efi=0"));
}

}  // namespace
}  // namespace imprint::inspect

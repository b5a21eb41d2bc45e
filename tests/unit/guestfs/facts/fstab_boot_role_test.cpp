#include <gmock/gmock.h>

#include "guestfs/facts/fstab.h"

namespace imprint::facts {
namespace {

using testing::HasSubstr;

FstabEntry entry_of(std::string_view line) {
  return parse_fstab(line, "/etc/fstab").entries.at(0);
}

BootRole role_of(std::string_view line, Init init = Init::systemd) {
  return boot_role(entry_of(line), init);
}

TEST(BootRoleBySystemd, OfAPlainLocalLineIsRequired) {
  EXPECT_EQ(role_of("UUID=1 /data ext4 defaults 0 2"), BootRole::required);
  EXPECT_EQ(role_of("UUID=1 /data ext4"), BootRole::required);
}

TEST(BootRoleBySystemd, TakesTheLastOfNoautoAndAuto) {
  EXPECT_EQ(role_of("/dev/b /b ext4 noauto"), BootRole::never);
  EXPECT_EQ(role_of("/dev/b /b ext4 noauto,auto"), BootRole::required);
  EXPECT_EQ(role_of("/dev/b /b ext4 auto,noauto"), BootRole::never);
}

TEST(BootRoleBySystemd, TakesTheLastOfNofailAndFail) {
  EXPECT_EQ(role_of("/dev/b /b ext4 nofail"), BootRole::optional);
  EXPECT_EQ(role_of("/dev/b /b ext4 nofail,fail"), BootRole::required);
}

TEST(BootRoleBySystemd, IgnoresThoseOptionsForTheRoot) {
  EXPECT_EQ(role_of("/dev/b / ext4 noauto,nofail,x-systemd.automount"), BootRole::root);
  EXPECT_EQ(role_of("/dev/b // ext4 defaults"), BootRole::root);
}

TEST(BootRoleBySystemd, NeedsUsrInTheInitramfs) {
  EXPECT_EQ(role_of("/dev/b /usr ext4 defaults"), BootRole::initramfs);
  EXPECT_EQ(role_of("/dev/b /var ext4 x-initrd.mount"), BootRole::initramfs);
}

TEST(BootRoleBySystemd, WaitsForSwapAndNetworkAndGoesOn) {
  EXPECT_EQ(role_of("/dev/b none swap sw"), BootRole::delaying);
  EXPECT_EQ(role_of("/dev/b none swap sw,noauto"), BootRole::never);
  EXPECT_EQ(role_of("/dev/b none swap sw,nofail"), BootRole::optional);
  EXPECT_EQ(role_of("srv:/x /x nfs defaults"), BootRole::delaying);
  EXPECT_EQ(role_of("/dev/b /b ext4 _netdev"), BootRole::delaying);
  EXPECT_EQ(role_of("srv:/x /x fuse.glusterfs defaults"), BootRole::delaying);
  EXPECT_EQ(role_of("srv:/x /x nfs bg"), BootRole::optional);
}

TEST(BootRoleBySystemd, HasAListOfNetworkFileSystemsOfItsOwn) {
  EXPECT_EQ(role_of("x /x orangefs"), BootRole::delaying);
  EXPECT_EQ(role_of("x /x 9p trans=virtio"), BootRole::required);
  EXPECT_EQ(role_of("x /x 9p trans=virtio,_netdev"), BootRole::delaying);
  EXPECT_EQ(role_of("x /x 9p trans=virtio 0 0", Init::sysvinit), BootRole::delaying);
}

TEST(BootRoleBySystemd, SimplifiesMountPointsAndTakesNoneThatGoesUp) {
  EXPECT_EQ(role_of("/dev/b /. ext4"), BootRole::root);
  EXPECT_EQ(role_of("/dev/b /./usr/ ext4"), BootRole::initramfs);
  EXPECT_EQ(role_of("/dev/b /a/../b ext4"), BootRole::ignored);
  EXPECT_EQ(role_of("/dev/b /a..b ext4"), BootRole::required);
}

TEST(BootRoleBySystemd, MountsOnAccess) {
  EXPECT_EQ(role_of("/dev/b /b ext4 x-systemd.automount"), BootRole::on_access);
  EXPECT_EQ(role_of("/dev/b /b ext4 comment=systemd.automount,noauto"), BootRole::on_access);
}

TEST(BootRoleBySystemd, LeavesLinesOfOtherUnitsAndApiMountsAlone) {
  EXPECT_EQ(role_of("/dev/b /b ext4 x-systemd.wanted-by=a.service"), BootRole::elsewhere);
  EXPECT_EQ(role_of("proc /proc proc defaults"), BootRole::ignored);
  EXPECT_EQ(role_of("tmpfs /run/ tmpfs defaults"), BootRole::ignored);
  EXPECT_EQ(role_of("x /misc autofs defaults"), BootRole::ignored);
  EXPECT_EQ(role_of("tmpfs /tmp tmpfs defaults"), BootRole::required);
}

TEST(BootRoleByRcScripts, StopsWhereFsckFindsNoDevice) {
  EXPECT_EQ(role_of("/dev/b /b ext4 defaults 1 2", Init::sysvinit), BootRole::required);
  EXPECT_EQ(role_of("/dev/b /b ext4 noauto 1 2", Init::sysvinit), BootRole::required);
  EXPECT_EQ(role_of("/dev/b /b ext4 nofail 1 2", Init::sysvinit), BootRole::optional);
  EXPECT_EQ(role_of("/dev/b /b ext4 defaults 0 0", Init::sysvinit), BootRole::delaying);
  EXPECT_EQ(role_of("/dev/b /b ext4 _netdev 1 2", Init::sysvinit), BootRole::delaying);
}

TEST(BootRoleByMountall, WaitsUnlessTold) {
  EXPECT_EQ(role_of("/dev/b /b ext4 defaults 0 0", Init::mountall), BootRole::required);
  EXPECT_EQ(role_of("/dev/b /b ext4 nobootwait 0 0", Init::mountall), BootRole::optional);
}

TEST(BootRoleByOpenrc, GoesOn) {
  EXPECT_EQ(role_of("/dev/b /b ext4 defaults 0 2", Init::openrc), BootRole::delaying);
  EXPECT_EQ(role_of("/dev/b / ext4 defaults 0 1", Init::busybox), BootRole::root);
}

TEST(BootFailure, TellsHowLongTheBootWaits) {
  FstabEntry entry = entry_of("UUID=1 /data ext4 defaults");
  entry.role = BootRole::required;
  entry.device.match = guest::Match::absent;
  EXPECT_EQ(describe_failure(entry, Init::systemd),
            "the boot waits 90 s and stops in emergency mode: no login");
  entry.options = {"x-systemd.device-timeout=5"};
  EXPECT_THAT(describe_failure(entry, Init::systemd), HasSubstr("waits 5 s"));
  entry.options = {"x-systemd.device-timeout=0"};
  EXPECT_THAT(describe_failure(entry, Init::systemd), HasSubstr("for ever"));
  EXPECT_THAT(describe_failure(entry, Init::sysvinit), HasSubstr("repair shell"));
}

}  // namespace
}  // namespace imprint::facts

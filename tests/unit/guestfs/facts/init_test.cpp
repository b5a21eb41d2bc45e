#include "guestfs/facts/init.h"

#include <gtest/gtest.h>

#include "guestfs/guest/memory_fs.h"

namespace imprint::facts {
namespace {

Init init_of(guest::MemoryFs& fs) {
  guest::FollowingFs following{fs};
  return detect_init(following);
}

TEST(Init, IsSystemdWhereInitLeadsThere) {
  guest::MemoryFs fs;
  fs.file("/usr/lib/systemd/systemd", "x").link("/usr/sbin/init", "../lib/systemd/systemd");
  fs.link("/sbin", "usr/sbin").file("/etc/inittab", "");
  EXPECT_EQ(init_of(fs), Init::systemd);
}

TEST(Init, IsSysvinitWhereRedHatsScriptIs) {
  guest::MemoryFs fs;
  fs.file("/sbin/init", "x").file("/etc/rc.d/rc.sysinit", "").file("/etc/inittab", "");
  EXPECT_EQ(init_of(fs), Init::sysvinit);
}

TEST(Init, IsMountallUnderUbuntusUpstart) {
  guest::MemoryFs fs;
  fs.file("/sbin/init", "x").file("/sbin/mountall", "x").file("/lib/systemd/systemd", "x");
  EXPECT_EQ(init_of(fs), Init::mountall);
}

TEST(Init, TellsOpenrcFromBareBusybox) {
  guest::MemoryFs fs;
  fs.file("/bin/busybox", "x").link("/sbin/init", "/bin/busybox");
  EXPECT_EQ(init_of(fs), Init::busybox);
  fs.file("/sbin/openrc", "x");
  EXPECT_EQ(init_of(fs), Init::openrc);
}

TEST(Init, IsUnknownInAnEmptyTreeAndWithoutAnAppliance) {
  guest::MemoryFs fs;
  EXPECT_EQ(init_of(fs), Init::unknown);
  fs.fail_with(make_error(Errc::unavailable, "the appliance died"));
  EXPECT_EQ(init_of(fs), Init::unknown);
}

}  // namespace
}  // namespace imprint::facts

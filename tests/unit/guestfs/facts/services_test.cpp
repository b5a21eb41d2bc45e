#include "guestfs/facts/services.h"

#include <gtest/gtest.h>

#include "guestfs/guest/memory_fs.h"

namespace imprint::facts {
namespace {

using guest::MemoryFs;

ServiceFacts read(MemoryFs& fs, Init init = Init::systemd) {
  guest::FollowingFs following{fs};
  return read_services(following, init);
}

/// A merged /usr, as every new distribution has it.
MemoryFs systemd_guest() {
  MemoryFs fs;
  fs.link("/lib", "usr/lib")
      .file("/usr/lib/systemd/system/ssh.service", "[Service]\n")
      .file("/usr/lib/systemd/system/getty@.service", "[Service]\n");
  return fs;
}

TEST(Services, FindsWhatAnAdministratorEnabled) {
  MemoryFs fs = systemd_guest();
  fs.link("/etc/systemd/system/multi-user.target.wants/ssh.service",
          "/lib/systemd/system/ssh.service");
  const ServiceFacts facts = read(fs);
  const ServiceStart* start = facts.start_of("ssh");
  ASSERT_NE(start, nullptr);
  EXPECT_EQ(start->place.path, "/etc/systemd/system/multi-user.target.wants/ssh.service");
  EXPECT_EQ(start->place.text, "/lib/systemd/system/ssh.service");
  EXPECT_EQ(start->wanted_by, "multi-user.target");
  EXPECT_TRUE(start->by_admin);
  EXPECT_FALSE(start->dangling);
  EXPECT_EQ(facts.start_of("ssh.service"), start);
  EXPECT_EQ(facts.start_of("ssh.socket"), nullptr);
}

TEST(Services, FindsWhatAPackageAlwaysStarts) {
  MemoryFs fs = systemd_guest();
  fs.file("/usr/lib/systemd/system/dbus.socket", "[Socket]\n")
      .link("/usr/lib/systemd/system/sockets.target.wants/dbus.socket", "../dbus.socket");
  const ServiceFacts facts = read(fs);
  ASSERT_EQ(facts.starts.size(), 1U);
  EXPECT_FALSE(facts.starts[0].by_admin);
}

TEST(Services, KnowsWhatIsInstalledAndNotStarted) {
  MemoryFs fs = systemd_guest();
  const ServiceFacts facts = read(fs);
  EXPECT_TRUE(facts.is_installed("ssh"));
  EXPECT_EQ(facts.start_of("ssh"), nullptr);
  EXPECT_FALSE(facts.is_installed("firewalld"));
}

TEST(Services, NeverStartsWhatIsMasked) {
  MemoryFs fs = systemd_guest();
  fs.link("/etc/systemd/system/multi-user.target.wants/ssh.service",
          "/lib/systemd/system/ssh.service")
      .link("/etc/systemd/system/ssh.service", "/dev/null");
  const ServiceFacts facts = read(fs);
  EXPECT_TRUE(facts.is_masked("ssh"));
  EXPECT_EQ(facts.start_of("ssh"), nullptr);
}

TEST(Services, CallsALinkDanglingOnlyWhereNoUnitHasItsName) {
  MemoryFs fs = systemd_guest();
  const std::string wants = "/etc/systemd/system/multi-user.target.wants/";
  fs.link(wants + "gone.service", "/usr/lib/systemd/system/gone.service")
      .link(wants + "ssh.service", "/opt/old/ssh.service")
      .link(wants + "getty@tty1.service", "/usr/lib/systemd/system/getty@tty1.service")
      .file("/etc/init.d/old", "#!/bin/sh\n")
      .link(wants + "old.service", "/run/systemd/generator.late/old.service");
  const ServiceFacts facts = read(fs);
  for (const ServiceStart& start : facts.starts)
    EXPECT_EQ(start.dangling, start.name == "gone.service") << start.name;
}

TEST(Services, TellsAliasesThatLeadNowhere) {
  MemoryFs fs = systemd_guest();
  fs.file("/usr/lib/systemd/system/multi-user.target", "[Unit]\n")
      .link("/etc/systemd/system/default.target", "/lib/systemd/system/multi-user.target")
      .link("/etc/systemd/system/dbus-org.example.service", "/lib/systemd/system/example.service")
      .link("/etc/systemd/system/sshd.service", "/opt/ssh.service");
  const ServiceFacts facts = read(fs);
  ASSERT_EQ(facts.aliases.size(), 3U);
  for (const UnitAlias& alias : facts.aliases)
    EXPECT_EQ(alias.dangling, alias.name == "dbus-org.example.service") << alias.name;
}

TEST(Services, ReadsTheLinksOfRunLevels) {
  MemoryFs fs;
  fs.file("/etc/rc.d/init.d/sshd", "#!/bin/sh\n")
      .link("/etc/rc.d/rc3.d/S55sshd", "../init.d/sshd")
      .link("/etc/rc.d/rc3.d/K10cups", "../init.d/cups")
      .link("/etc/rc3.d", "rc.d/rc3.d");
  const ServiceFacts facts = read(fs, Init::sysvinit);
  ASSERT_EQ(facts.starts.size(), 1U);
  EXPECT_EQ(facts.starts[0].starter, Starter::sysvinit);
  EXPECT_EQ(facts.starts[0].wanted_by, "rc3.d");
  EXPECT_FALSE(facts.starts[0].dangling);
  EXPECT_NE(facts.start_of("sshd.service"), nullptr);
}

TEST(Services, PreferAUnitToAScriptOfItsName) {
  MemoryFs fs = systemd_guest();
  fs.file("/etc/init.d/ssh", "#!/bin/sh\n").link("/etc/rc2.d/S01ssh", "../init.d/ssh");
  fs.file("/etc/init.d/agent", "#!/bin/sh\n").link("/etc/rc2.d/S01agent", "../init.d/agent");
  const ServiceFacts facts = read(fs);
  EXPECT_EQ(facts.start_of("ssh"), nullptr);
  EXPECT_NE(facts.start_of("agent"), nullptr);
}

TEST(Services, ReadsRunLevelsOfOpenRc) {
  MemoryFs fs;
  fs.file("/etc/init.d/sshd", "#!/sbin/openrc-run\n")
      .link("/etc/runlevels/default/sshd", "/etc/init.d/sshd");
  const ServiceFacts facts = read(fs, Init::openrc);
  ASSERT_EQ(facts.starts.size(), 1U);
  EXPECT_EQ(facts.starts[0].wanted_by, "default");
}

TEST(Services, ReadsJobsOfUpstart) {
  MemoryFs fs;
  fs.file("/etc/init/ssh.conf", "description \"x\"\nstart on runlevel [2345]\n")
      .file("/etc/init/off.conf", "start on filesystem\n")
      .file("/etc/init/off.override", "manual\n")
      .file("/etc/init/tool.conf", "stop on runlevel [06]\n");
  const ServiceFacts facts = read(fs, Init::mountall);
  ASSERT_EQ(facts.starts.size(), 1U);
  EXPECT_EQ(facts.starts[0].name, "ssh");
}

TEST(Services, SayWhatCouldNotBeRead) {
  MemoryFs fs = systemd_guest();
  fs.fail_with(make_error(Errc::unavailable, "gone"));
  EXPECT_FALSE(read(fs).unknown.empty());
}

TEST(Services, AreBounded) {
  MemoryFs fs;
  for (int i = 0; i < 4100; ++i)
    fs.link("/etc/systemd/system/a.target.wants/" + std::to_string(i) + ".service", "/x");
  const ServiceFacts facts = read(fs);
  EXPECT_LE(facts.starts.size(), 4000U);
  EXPECT_EQ(facts.unknown.size(), 1U);
}

}  // namespace
}  // namespace imprint::facts

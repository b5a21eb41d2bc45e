// What each repair does, byte by byte, and what it leaves alone.

#include "guestfs/repair/repairs.h"

#include <gmock/gmock.h>

#include "guestfs/language/language.h"
#include "tests/unit/guestfs/repair/repaired_guest.h"

namespace imprint::repair {
namespace {

using Action = Change::Action;
using guests::Guest;
using test::change_of;
using test::plan_of;
using test::why_kept;
using testing::HasSubstr;

const std::string remark = "# Made a comment by imprint: no machine of this image has the device.";
const std::string dead = "UUID=dead0000-0000-4000-8000-00000000beef";

TEST(FstabRepairs, CommentOutADeadDeviceAndNothingElse) {
  Guest guest = guests::debian12_bios();
  const std::string before = guest.text_of("/etc/fstab");
  guest.write("/etc/fstab", before + dead + "  /data ext4 defaults 0 2\n# \xff end");
  const RepairPlan plan = plan_of(guest);
  const Change* change = change_of(plan, "/etc/fstab");
  ASSERT_NE(change, nullptr);
  EXPECT_EQ(change->action, Action::rewrite);
  EXPECT_EQ(change->after,
            before + remark + "\n#" + dead + "  /data ext4 defaults 0 2\n# \xff end");
  EXPECT_EQ(plan.volumes.size(), 1U);
}

TEST(FstabRepairs, KeepTheMissingEnd) {
  Guest guest = guests::debian12_bios();
  const std::string before = guest.text_of("/etc/fstab");
  guest.write("/etc/fstab", before + dead + " /data auto defaults,x-systemd.device-timeout=1 0 2");
  EXPECT_EQ(change_of(plan_of(guest), "/etc/fstab")->after,
            before + remark + "\n#" + dead + " /data auto defaults,x-systemd.device-timeout=1 0 2");
}

TEST(FstabRepairs, NeverTouchWhatTheGuestNeeds) {
  for (const char* target : {"/", "/usr", "/boot", "/boot/efi", "/etc", "/var", "/var/log"}) {
    Guest guest = guests::debian12_bios();
    guest.add_fstab(dead + " " + target + " ext4 defaults 0 2");
    const RepairPlan plan = plan_of(guest);
    EXPECT_EQ(change_of(plan, "/etc/fstab"), nullptr) << target;
    EXPECT_THAT(why_kept(plan, "fstab.device-not-in-image"), HasSubstr("the guest needs"))
        << target;
  }
}

TEST(FstabRepairs, LeaveLinesThatNobodyWaitsFor) {
  Guest guest = guests::debian12_bios();
  guest.add_fstab(dead + " /data ext4 nofail 0 2");
  const RepairPlan plan = plan_of(guest);
  EXPECT_EQ(change_of(plan, "/etc/fstab"), nullptr);
  EXPECT_THAT(why_kept(plan, "fstab.device-not-in-image"), HasSubstr("nobody waits"));
}

TEST(FstabRepairs, TakeBindsOfTheDeadDeviceAlong) {
  Guest guest = guests::debian12_bios();
  guest.add_fstab(dead + " /data ext4 defaults 0 2");
  guest.add_fstab("/data/www /srv/www none bind 0 0");
  test::apply(plan_of(guest), guest);
  EXPECT_THAT(guest.text_of("/etc/fstab"), HasSubstr("\n#/data/www /srv/www none bind 0 0\n"));
  EXPECT_TRUE(guest.complaints().empty()) << guest.complaints().front();
}

TEST(FstabRepairs, SpeakEnglishInTheGuestWhateverTheReportSpeaks) {
  language::speak(language::Language::chinese);
  Guest guest = guests::debian12_bios();
  guest.add_fstab(dead + " /data ext4 defaults 0 2");
  const RepairPlan plan = plan_of(guest);
  language::speak(language::Language::english);
  EXPECT_THAT(change_of(plan, "/etc/fstab")->after, HasSubstr(remark));
  EXPECT_THAT(plan.changes.front().reasons.front().text, HasSubstr("行"));
}

TEST(SelinuxRepairs, SwitchOffWhereTheProfileRefusesIt) {
  Guest guest = guests::centos7();
  guest.write("/etc/selinux/config", "# a\r\nSELINUX= Enforcing # why\nSELINUXTYPE=targeted");
  EXPECT_EQ(change_of(plan_of(guest, "generic"), "/etc/selinux/config"), nullptr);
  const RepairPlan plan = plan_of(guest, "ecs");
  const Change* change = change_of(plan, "/etc/selinux/config");
  ASSERT_NE(change, nullptr);
  EXPECT_EQ(change->after, "# a\r\nSELINUX= disabled # why\nSELINUXTYPE=targeted");
}

TEST(AttributeRepairs, ComeBeforeWhatTheyAllow) {
  Guest guest = guests::debian12_bios();
  guest.fs.attributes("/etc", "ia").attributes("/etc/shadow", "i");
  guest.fs.file("/etc/nologin", "no\n");
  const RepairPlan plan = plan_of(guest);
  ASSERT_GE(plan.changes.size(), 3U);
  EXPECT_EQ(plan.changes[0].path, "/etc");
  EXPECT_EQ(plan.changes[0].action, Action::unfreeze);
  EXPECT_EQ(plan.changes[1].path, "/etc/shadow");
  EXPECT_EQ(change_of(plan, "/etc/nologin")->action, Action::remove);
}

TEST(MachineIds, AreEmptiedAndTheCopyRemoved) {
  Guest guest = guests::debian12_bios();
  guest.write("/etc/machine-id", "0123456789abcdef0123456789abcdef\n");
  guest.fs.file("/var/lib/dbus/machine-id", "0123456789abcdef0123456789abcdef\n");
  const RepairPlan plan = plan_of(guest);
  EXPECT_EQ(change_of(plan, "/etc/machine-id")->action, Action::rewrite);
  EXPECT_EQ(change_of(plan, "/etc/machine-id")->after, "");
  EXPECT_EQ(change_of(plan, "/var/lib/dbus/machine-id")->action, Action::remove);
  guest.fs.link("/var/lib/dbus/machine-id", "/etc/machine-id");
  EXPECT_EQ(change_of(plan_of(guest), "/var/lib/dbus/machine-id"), nullptr);
}

TEST(HostKeys, AreRemovedOnlyWhereOthersAreMade) {
  Guest guest = guests::debian12_bios();
  guest.fs.remove("/etc/cloud").remove("/usr/bin/cloud-init");
  guest.fs.file("/etc/ssh/ssh_host_rsa_key", "key", 0600)
      .file("/etc/ssh/ssh_host_rsa_key.pub", "p");
  const RepairPlan kept = plan_of(guest);
  EXPECT_EQ(change_of(kept, "/etc/ssh/ssh_host_rsa_key"), nullptr);
  EXPECT_THAT(why_kept(kept, "seal.ssh-host-keys"), HasSubstr("sshd would not start"));
  guest.fs.file("/usr/lib/systemd/system/sshd-keygen@.service", "[Service]\n");
  const RepairPlan plan = plan_of(guest);
  EXPECT_NE(change_of(plan, "/etc/ssh/ssh_host_rsa_key"), nullptr);
  EXPECT_NE(change_of(plan, "/etc/ssh/ssh_host_rsa_key.pub"), nullptr);
}

TEST(Traces, AreRemovedOrEmptied) {
  Guest guest = guests::debian12_bios();
  guest.fs.file("/var/log/syslog", std::string(99, 'x')).file("/var/log/syslog.1", "xx");
  guest.fs.file("/var/log/journal/0a/system.journal", "x").file("/var/log/apt/history.log", "x");
  guest.fs.folder("/tmp/.X11-unix").file("/tmp/a/b", "x").file("/root/.bash_history", "ls\n");
  guest.fs.file("/var/lib/systemd/random-seed", "x").file("/etc/krb5.keytab", "x", 0600);
  const RepairPlan plan = plan_of(guest);
  EXPECT_EQ(change_of(plan, "/var/log/syslog")->action, Action::empty);
  EXPECT_EQ(change_of(plan, "/var/log/apt/history.log")->action, Action::empty);
  EXPECT_EQ(change_of(plan, "/var/log/syslog.1")->action, Action::remove);
  EXPECT_EQ(change_of(plan, "/var/log/journal/0a/system.journal")->action, Action::remove);
  EXPECT_EQ(change_of(plan, "/tmp/a")->action, Action::remove_tree);
  EXPECT_EQ(change_of(plan, "/tmp/.X11-unix"), nullptr);
  EXPECT_EQ(change_of(plan, "/root/.bash_history")->action, Action::remove);
  EXPECT_NE(change_of(plan, "/var/lib/systemd/random-seed"), nullptr);
  EXPECT_EQ(change_of(plan, "/etc/krb5.keytab"), nullptr);
  EXPECT_THAT(why_kept(plan, "seal.identity-other"), HasSubstr("by hand"));
}

TEST(HostileGuests, LeadNoRepairAstray) {
  Guest guest = guests::debian12_bios();
  guest.fs.remove("/tmp").link("/tmp", "/etc").remove("/var/log").link("/var/log", "/etc");
  guest.fs.link("/root/.bash_history", "/etc/passwd");
  guest.fs.special("/etc/machine-id", guest::FileType::fifo);
  guest.fs.link("/etc/nologin", "/etc/passwd");
  const RepairPlan plan = plan_of(guest);
  for (const Change& change : plan.changes)
    EXPECT_EQ(change.path, "/etc/nologin") << to_string(change.action) << " " << change.path;
  EXPECT_THAT(why_kept(plan, "seal.tmp"), HasSubstr("is not a folder"));
  test::apply(plan, guest);
  EXPECT_FALSE(guest.text_of("/etc/passwd").empty());
}

TEST(FilesWithSeveralNames, AreNotWrittenTo) {
  Guest guest = guests::debian12_bios();
  guest.fs.file("/var/log/syslog", std::string(99, 'x'));
  const RepairPlan plan = plan_of(guest, "generic", false, 2);
  EXPECT_EQ(change_of(plan, "/var/log/syslog"), nullptr);
  EXPECT_THAT(why_kept(plan, "seal.logs"), HasSubstr("2 names"));
}

TEST(FileSystemsThatMustBeChecked, AreNotWritten) {
  Guest guest = guests::debian12_bios();
  auto& state = guest.inventory.volumes[guest.mounts.front().volume].state.emplace();
  state.dirty = true;  // a journal that is to be replayed
  EXPECT_EQ(plan_of(guest).refusal, "");
  state.errors = true;
  EXPECT_THAT(plan_of(guest).refusal, HasSubstr("must be checked first"));
}

TEST(FileSystemsThatAreNotWritten, AreNotRepaired) {
  Guest guest = guests::debian12_bios();
  guest.add_fstab(dead + " /data ext4 defaults 0 2");
  guest.inventory.volumes[guest.mounts.front().volume].filesystem = "squashfs";
  EXPECT_THAT(plan_of(guest).refusal, HasSubstr("'squashfs' are not written"));
}

TEST(Companions, AreNotWritten) {
  Guest guest = guests::ubuntu_lvm();
  guest.add_fstab(dead + " /data ext4 defaults 0 2");
  // As the appliance tells of logical volumes, which may lie on several disks.
  guest.inventory.volumes[guest.mounts.front().volume].disk = -1;
  EXPECT_NE(change_of(plan_of(guest), "/etc/fstab"), nullptr);
  EXPECT_THAT(plan_of(guest, "generic", true).refusal, HasSubstr("first disk alone"));
}

TEST(WindowsGuests, AreRefused) {
  Guest guest = guests::windows2022();
  EXPECT_THAT(plan_of(guest).refusal, HasSubstr("Windows"));
}

}  // namespace
}  // namespace imprint::repair

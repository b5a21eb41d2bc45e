#include <gmock/gmock.h>

#include "tests/unit/guestfs/rules/guests.h"

namespace imprint::rules::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* users = "daemon:x:1:1::/:/usr/sbin/nologin\nuser:x:1000:1000::/:/bin/sh\n";

TEST(ShadowImmutable, RejectsAFrozenFileOrFolder) {
  for (const char* path : {"/etc/shadow", "/etc/passwd", "/etc"}) {
    Guest guest = debian12();
    guest.fs.attributes(path, "i");
    const Judgement judgement = judge(guest);
    EXPECT_THAT(complaints(judgement), ElementsAre("shadow.immutable error")) << path;
    EXPECT_EQ(finding_of(judgement, "shadow.immutable").path, path);
  }
  Guest extents = debian12();
  extents.fs.attributes("/etc/shadow", "e");
  EXPECT_THAT(complaints(extents), IsEmpty());
}

TEST(ShadowMode, IsNoReasonToReject) {
  Guest guest = debian12();
  guest.fs.file("/etc/shadow", text_of(guest, "/etc/shadow"), 0400);
  EXPECT_THAT(complaints(guest), ElementsAre("shadow.mode warning"));
  Guest zero = debian12();
  zero.fs.file("/etc/shadow", text_of(zero, "/etc/shadow"), 0000);
  EXPECT_THAT(complaints(zero), ElementsAre("shadow.mode warning"));
}

TEST(ShadowPermissions, MayNotBeOpenToAll) {
  Guest guest = debian12();
  guest.fs.file("/etc/shadow", text_of(guest, "/etc/shadow"), 0644);
  EXPECT_THAT(complaints(guest), ElementsAre("shadow.perms-too-open warning"));
  Guest group = debian12();
  group.fs.owner("/etc/shadow", 0, 1000);
  EXPECT_THAT(complaints(group), ElementsAre("shadow.perms-too-open warning"));
}

TEST(ShadowMissing, RejectsWhateverIsNoFilledFile) {
  Guest gone = debian12();
  gone.fs.remove("/etc/shadow");
  EXPECT_THAT(complaints(gone), ElementsAre("shadow.missing error"));
  Guest empty = debian12();
  empty.fs.file("/etc/shadow", "", 0640);
  EXPECT_THAT(complaints(empty), ElementsAre("shadow.missing error"));
  Guest link = debian12();
  link.fs.remove("/etc/shadow").link("/etc/shadow", "/nowhere");
  EXPECT_THAT(complaints(link), ElementsAre("shadow.missing error"));
  Guest passwd = debian12();
  passwd.fs.remove("/etc/passwd");
  EXPECT_THAT(complaints(passwd), ElementsAre("passwd.missing error"));
}

TEST(ShadowReadonly, RejectsAReadOnlyFileSystem) {
  Guest image = debian12();
  image.inventory.volumes[0].filesystem = "squashfs";
  image.fs.file("/etc/fstab", "UUID=" + std::string{root_uuid} + " / squashfs defaults 0 1\n");
  EXPECT_THAT(complaints(image), ElementsAre("shadow.readonly-fs error"));
  Guest mounted = debian12();
  add_fstab(mounted, "LABEL=data /etc ext4 ro 0 2");
  EXPECT_THAT(complaints(mounted), ElementsAre("shadow.readonly-fs error"));
}

TEST(ShadowParse, RejectsABrokenLineOfRootAndWarnsOfOthers) {
  Guest root = debian12();
  root.fs.file("/etc/shadow", "root:*:1\ndaemon:*:1:::::: \nuser:*:1::::::\n", 0640);
  EXPECT_THAT(complaints(root), ElementsAre("shadow.parse error"));
  Guest other = debian12();
  other.fs.file("/etc/shadow", text_of(other, "/etc/shadow") + "nobody-knows:*:1::::::\n", 0640);
  EXPECT_THAT(complaints(other), ElementsAre("shadow.parse warning"));
  Guest windows = debian12();
  windows.fs.file("/etc/passwd", "root:x:0:0::/root:/bin/sh\r\n" + std::string{users});
  EXPECT_THAT(complaints(windows), ElementsAre("shadow.parse error"));
}

TEST(ShadowParse, NeverShowsADigest) {
  Guest guest = debian12();
  guest.fs.file("/etc/shadow", "root:$6$secret\n", 0640);
  for (const Finding& finding : judge(guest).findings)
    EXPECT_THAT(finding.text + finding.message, testing::Not(HasSubstr("secret"))) << finding.rule;
}

TEST(ShadowRoot, MustBeThere) {
  Guest shadow = debian12();
  shadow.fs.file("/etc/shadow", "daemon:*:1::::::\n", 0640);
  EXPECT_THAT(complaints(shadow), ElementsAre("shadow.root-absent warning"));
  Guest passwd = debian12();
  passwd.fs.file("/etc/passwd", users);
  EXPECT_THAT(complaints(passwd), ElementsAre("shadow.root-absent error"));
  Guest renumbered = debian12();
  renumbered.fs.file("/etc/passwd", "root:x:5:0::/root:/bin/sh\n" + std::string{users});
  EXPECT_THAT(complaints(renumbered), ElementsAre("passwd.root-uid0 error"));
}

TEST(ShadowOther, FaultsFireOneRuleEach) {
  const std::string root = "root:x:0:0::/root:/bin/sh\n";
  const auto with_passwd = [](const std::string& text) {
    Guest guest = debian12();
    guest.fs.file("/etc/passwd", text);
    return complaints(guest);
  };
  EXPECT_THAT(with_passwd(root + users + "toor:x:0:0::/root:/bin/sh\n"),
              ElementsAre("passwd.extra-uid0 warning"));
  EXPECT_THAT(with_passwd("root:x:0:0::/root:/usr/sbin/nologin\n" + std::string{users}),
              ElementsAre("shadow.root-shell warning"));
  EXPECT_THAT(with_passwd("root:$1$a$b:0:0::/root:/bin/sh\n" + std::string{users}),
              ElementsAre("passwd.unshadowed warning"));
  EXPECT_THAT(with_passwd("root:x:0:0::/nowhere:/bin/sh\n" + std::string{users}),
              ElementsAre("home.missing warning"));
  Guest closed = debian12();
  closed.fs.file("/etc/nologin", "");
  EXPECT_THAT(complaints(closed), ElementsAre("login.nologin error"));
  Guest bare = debian12();
  bare.fs.remove("/usr/bin/passwd");
  EXPECT_THAT(complaints(bare), ElementsAre("passwd.command-missing warning"));
}

TEST(Shadow, TakesLinesOfNis) {
  Guest guest = debian12();
  guest.fs.file("/etc/passwd", text_of(guest, "/etc/passwd") + "+::::::\n");
  guest.fs.file("/etc/shadow", text_of(guest, "/etc/shadow") + "+::::::::\n", 0640);
  EXPECT_THAT(complaints(guest), IsEmpty());
}

}  // namespace
}  // namespace imprint::rules::test

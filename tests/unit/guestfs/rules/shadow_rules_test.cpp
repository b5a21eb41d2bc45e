#include <gmock/gmock.h>

#include "tests/guests/library/guests.h"

namespace imprint::guests {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* users =
    "daemon:x:1:1::/:/usr/sbin/nologin\nsshd:x:74:74::/:/usr/sbin/nologin\n";

TEST(ShadowImmutable, RejectsAFrozenFileOrFolder) {
  for (const char* path : {"/etc/shadow", "/etc/passwd", "/etc"}) {
    Guest guest = debian12_bios();
    guest.fs.attributes(path, "i");
    const rules::Judgement judgement = guest.judge();
    EXPECT_THAT(complaints(judgement), ElementsAre("shadow.immutable error")) << path;
    EXPECT_EQ(finding_of(judgement, "shadow.immutable").path, path);
  }
  Guest extents = debian12_bios();
  extents.fs.attributes("/etc/shadow", "e");
  EXPECT_THAT(extents.complaints(), IsEmpty());
}

TEST(ShadowMode, IsNoReasonToReject) {
  Guest guest = debian12_bios();
  guest.fs.file("/etc/shadow", guest.text_of("/etc/shadow"), 0400);
  EXPECT_THAT(guest.complaints(), ElementsAre("shadow.mode warning"));
  Guest zero = debian12_bios();
  zero.fs.file("/etc/shadow", zero.text_of("/etc/shadow"), 0000);
  EXPECT_THAT(zero.complaints(), ElementsAre("shadow.mode warning"));
}

TEST(ShadowMode, IsSoundAsRedHatsPackagesShipIt) {
  for (const std::uint32_t mode : {0000U, 0400U}) {
    Guest guest = rhel9();
    guest.fs.file("/etc/shadow", guest.text_of("/etc/shadow"), mode);
    guest.fs.xattr("/etc/shadow", "security.selinux", "system_u:object_r:shadow_t:s0");
    EXPECT_THAT(guest.complaints(), IsEmpty()) << mode;
  }
}

TEST(ShadowPermissions, MayNotBeOpenToAll) {
  Guest guest = debian12_bios();
  guest.fs.file("/etc/shadow", guest.text_of("/etc/shadow"), 0644);
  EXPECT_THAT(guest.complaints(), ElementsAre("shadow.perms-too-open warning"));
  Guest group = debian12_bios();
  group.fs.owner("/etc/shadow", 0, 1000);
  EXPECT_THAT(group.complaints(), ElementsAre("shadow.perms-too-open warning"));
}

TEST(ShadowMissing, RejectsWhateverIsNoFilledFile) {
  Guest gone = debian12_bios();
  gone.fs.remove("/etc/shadow");
  EXPECT_THAT(gone.complaints(), ElementsAre("shadow.missing error"));
  Guest empty = debian12_bios();
  empty.fs.file("/etc/shadow", "", 0640);
  EXPECT_THAT(empty.complaints(), ElementsAre("shadow.missing error"));
  Guest link = debian12_bios();
  link.fs.remove("/etc/shadow").link("/etc/shadow", "/nowhere");
  EXPECT_THAT(link.complaints(), ElementsAre("shadow.missing error"));
  Guest passwd = debian12_bios();
  passwd.fs.remove("/etc/passwd");
  EXPECT_THAT(passwd.complaints(), ElementsAre("passwd.missing error"));
}

TEST(ShadowReadonly, RejectsAReadOnlyFileSystem) {
  Guest image = debian12_bios();
  image.inventory.volumes[0].filesystem = "squashfs";
  image.fs.file("/etc/fstab", "UUID=" + std::string{system_uuid} + " / squashfs defaults 0 1\n");
  EXPECT_THAT(image.complaints(), ElementsAre("shadow.readonly-fs error"));
  Guest mounted = debian12_bios();
  mounted.add_fstab("LABEL=data /etc ext4 ro 0 2");
  EXPECT_THAT(mounted.complaints(), ElementsAre("shadow.readonly-fs error"));
}

TEST(ShadowParse, RejectsABrokenLineOfRootAndWarnsOfOthers) {
  Guest root = debian12_bios();
  root.fs.file("/etc/shadow", "root:*:1\ndaemon:*:1::::::\nsshd:*:1::::::\n", 0640);
  EXPECT_THAT(root.complaints(), ElementsAre("shadow.parse error"));
  Guest other = debian12_bios();
  other.fs.file("/etc/shadow", other.text_of("/etc/shadow") + "nobody-knows:*:1::::::\n", 0640);
  EXPECT_THAT(other.complaints(), ElementsAre("shadow.parse warning"));
  Guest windows = debian12_bios();
  windows.fs.file("/etc/passwd", "root:x:0:0::/root:/bin/sh\r\n" + std::string{users});
  EXPECT_THAT(windows.complaints(), ElementsAre("shadow.parse error"));
}

TEST(ShadowParse, RejectsANulByteWithinALine) {
  for (const char* path : {"/etc/shadow", "/etc/passwd"}) {
    Guest guest = debian12_bios();
    const std::string text = guest.text_of(path);
    guest.write(path, text + std::string{"\0\0", 2});
    EXPECT_THAT(guest.complaints(), ElementsAre("shadow.parse warning"))
        << "programs pass over them at the end";
    guest.write(path, std::string{"# \0\n", 4} + text);
    EXPECT_THAT(guest.complaints(), ElementsAre("shadow.parse error")) << path;
    EXPECT_EQ(guest.finding_of("shadow.parse").line, 1);
  }
}

TEST(ShadowParse, WarnsOfDaysThatAreNoNumbers) {
  for (const char* days : {"abc:0:99999:7:::", "-1:0:99999:7:::", "19700:0:99999:7::: "}) {
    Guest guest = debian12_bios();
    guest.append("/etc/passwd", "alice:x:1000:1000::/home/alice:/bin/sh\n");
    guest.append("/etc/shadow", std::string{"alice:!:"} + days + "\n");
    EXPECT_THAT(guest.complaints(), ElementsAre("shadow.parse warning")) << days;
  }
}

TEST(ShadowParse, TakesABlankBeforeANameForPartOfIt) {
  Guest guest = debian12_bios();
  guest.edit("/etc/shadow", "root:", " root:");
  EXPECT_THAT(guest.complaints(),
              ElementsAre("shadow.parse warning", "shadow.root-absent warning"));
}

TEST(ShadowParse, NeverShowsADigest) {
  Guest guest = debian12_bios();
  guest.fs.file("/etc/shadow", "root:$6$secret\n", 0640);
  for (const Finding& finding : guest.judge().findings)
    EXPECT_THAT(finding.text + finding.message, testing::Not(HasSubstr("secret"))) << finding.rule;
}

TEST(ShadowLock, IsHeldForEverWithoutTheNumberOfAProcess) {
  for (const std::string& text : {std::string{}, std::string{"812\n"}, std::string{"x"},
                                  std::string{"1"}, std::string{"1\0", 2}}) {
    Guest guest = debian12_bios();
    guest.fs.file("/etc/group.lock", text);
    EXPECT_THAT(guest.complaints(), ElementsAre("shadow.lock-leftover error")) << text;
  }
  Guest broken = debian12_bios();
  broken.fs.file("/etc/passwd.lock", std::string{"812\0", 4}).file("/etc/.pwd.lock", "");
  EXPECT_THAT(broken.complaints(), ElementsAre("shadow.lock-leftover warning"));
  EXPECT_EQ(broken.finding_of("shadow.lock-leftover").path, "/etc/passwd.lock");
}

TEST(ShadowRoot, MustBeThere) {
  Guest shadow = debian12_bios();
  shadow.fs.file("/etc/shadow", "daemon:*:1::::::\n", 0640);
  EXPECT_THAT(shadow.complaints(), ElementsAre("shadow.root-absent warning"));
  Guest passwd = debian12_bios();
  passwd.fs.file("/etc/passwd", users);
  EXPECT_THAT(passwd.complaints(), ElementsAre("shadow.root-absent error"));
  Guest renumbered = debian12_bios();
  renumbered.fs.file("/etc/passwd", "root:x:5:0::/root:/bin/sh\n" + std::string{users});
  EXPECT_THAT(renumbered.complaints(), ElementsAre("passwd.root-uid0 error"));
}

TEST(ShadowOther, FaultsFireOneRuleEach) {
  const std::string root = "root:x:0:0::/root:/bin/sh\n";
  const auto with_passwd = [](const std::string& text) {
    Guest guest = debian12_bios();
    guest.fs.file("/etc/passwd", text);
    return guest.complaints();
  };
  EXPECT_THAT(with_passwd(root + users + "toor:x:0:0::/root:/bin/sh\n"),
              ElementsAre("passwd.extra-uid0 warning"));
  EXPECT_THAT(with_passwd("root:x:0:0::/root:/usr/sbin/nologin\n" + std::string{users}),
              ElementsAre("shadow.root-shell warning"));
  EXPECT_THAT(with_passwd("root:$1$a$b:0:0::/root:/bin/sh\n" + std::string{users}),
              ElementsAre("passwd.unshadowed warning"));
  EXPECT_THAT(with_passwd("root:x:0:0::/nowhere:/bin/sh\n" + std::string{users}),
              ElementsAre("home.missing warning"));
  Guest closed = debian12_bios();
  closed.fs.file("/etc/nologin", "");
  EXPECT_THAT(closed.complaints(), ElementsAre("login.nologin error"));
  Guest bare = debian12_bios();
  bare.fs.remove("/usr/bin/passwd");
  EXPECT_THAT(bare.complaints(), ElementsAre("passwd.command-missing warning"));
}

TEST(PasswdCommand, OfNixosIsInItsSystem) {
  Guest guest = debian12_bios();
  guest.fs.remove("/usr/bin/passwd")
      .link("/nix/var/nix/profiles/system", "/nix/store/abc-nixos-system-web")
      .link("/nix/store/abc-nixos-system-web/sw", "/nix/store/def-system-path")
      .file("/nix/store/def-system-path/bin/passwd", "program", 0755);
  EXPECT_THAT(guest.complaints(), IsEmpty());
}

TEST(Shadow, TakesLinesOfNis) {
  Guest guest = debian12_bios();
  guest.fs.file("/etc/passwd", guest.text_of("/etc/passwd") + "+::::::\n");
  guest.fs.file("/etc/shadow", guest.text_of("/etc/shadow") + "+::::::::\n", 0640);
  EXPECT_THAT(guest.complaints(), IsEmpty());
}

}  // namespace
}  // namespace imprint::guests

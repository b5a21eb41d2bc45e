#include <crypt.h>
#include <gmock/gmock.h>

#include <chrono>
#include <memory>

#include "tests/unit/guestfs/rules/sealed_guest.h"

namespace imprint::rules::test {
namespace {

using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::string digest_of(const std::string& password, const std::string& setting) {
  const auto memory = std::make_unique<crypt_data>();
  const char* digest = ::crypt_r(password.c_str(), setting.c_str(), memory.get());
  return digest == nullptr ? "" : digest;
}

SealedGuest with_password(const std::string& field) {
  SealedGuest guest;
  guest.fs.file("/etc/shadow", "root:" + field + ":20779:0:99999:7:::\n", 0640);
  return guest;
}

TEST(Seal, IsSilentAboutASealedTemplate) {
  SealedGuest guest;
  EXPECT_THAT(guest.findings(), IsEmpty());
  EXPECT_THAT(guest.judge().undetermined, IsEmpty());
}

TEST(Seal, IsUndeterminedWhenTheApplianceDies) {
  SealedGuest guest;
  guest.fs.fail_with(make_error(Errc::unavailable, "the appliance died"));
  EXPECT_THAT(guest.findings(), IsEmpty());
  EXPECT_GE(guest.judge().undetermined.size(), 20U);
}

TEST(SealPasswordSet, TellsOfPasswordsAndNotOfLockedAccounts) {
  EXPECT_THAT(with_password("$6$salt$digest").findings(),
              ElementsAre("seal.password-set info /etc/shadow"));
  for (const char* locked : {"*", "!", "!!", "!*", "!$6$salt$digest", "*LK*", "x"})
    EXPECT_THAT(with_password(locked).findings(), IsEmpty()) << locked;
}

TEST(SealPasswordEmpty, WarnsOfAccountsWithAShell) {
  EXPECT_THAT(with_password("").findings(), ElementsAre("seal.password-empty warning /etc/shadow"));
  SealedGuest closed;
  closed.append("/etc/shadow", "daemon::20779:0:99999:7:::");
  EXPECT_THAT(closed.findings(), IsEmpty());
}

TEST(SealPasswordWeak, FindsWhatEverybodyTries) {
  for (const char* setting : {"$6$saltsalt$", "$5$rounds=1000$saltsalt$", "$y$j9T$saltsalt$"})
    EXPECT_THAT(with_password(digest_of("123456", setting)).findings(),
                Contains("seal.password-weak warning /etc/shadow"))
        << setting;
  EXPECT_THAT(with_password(digest_of("root", "$6$saltsalt$")).findings(),
              Contains("seal.password-weak warning /etc/shadow"));
  EXPECT_THAT(with_password(digest_of("kein anderer rät das", "$6$saltsalt$")).findings(),
              ElementsAre("seal.password-set info /etc/shadow"));
}

TEST(SealPasswordWeak, WarnsOfOldDigestsWhateverTheProfile) {
  Profile profile;
  profile.severities["seal.password-weak"] = Severity::error;
  for (const char* setting : {"$1$saltsalt$", "ab"})
    EXPECT_THAT(with_password(digest_of("kein anderer rät das", setting)).findings(profile),
                Contains("seal.password-weak warning /etc/shadow"))
        << setting;
  EXPECT_THAT(with_password(digest_of("toor", "$6$saltsalt$")).findings(profile),
              Contains("seal.password-weak error /etc/shadow"));
}

TEST(SealPasswordWeak, IsBoundedWhateverTheDigestAsksFor) {
  SealedGuest guest;
  std::string shadow;
  for (int i = 0; i < 200; ++i)
    shadow += "u" + std::to_string(i) + ":" + digest_of("no one knows", "$6$saltsalt$") +
              ":20779:0:99999:7:::\n";
  for (const char* costly : {"$6$rounds=999999999$saltsalt$aaaa", "$2b$31$aaaaaaaaaaaaaaaaaaaaaa",
                             "$y$jzT$saltsalt$aaaa", "$7$CzzzzzE....saltsalt$aaaa", "$y$", "$2b$"})
    shadow += "costly:" + std::string{costly} + ":20779:0:99999:7:::\n";
  guest.fs.file("/etc/shadow", shadow, 0640);
  const auto start = std::chrono::steady_clock::now();
  guest.judge();
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds{20});
}

TEST(SealPassword, NeverShowsADigest) {
  const std::string digest = digest_of("123456", "$1$saltsalt$");
  SealedGuest guest = with_password(digest);
  guest.fs.file("/etc/shadow-", "root:$6$old$secret:1:0:99999:7:::\n", 0600);
  for (const Finding& finding : guest.judge().findings) {
    const std::string all = finding.text + finding.message + finding.effect + finding.hint;
    EXPECT_THAT(all, Not(HasSubstr("saltsalt"))) << finding.rule;
    EXPECT_THAT(all, Not(HasSubstr("secret"))) << finding.rule;
    EXPECT_THAT(all, Not(HasSubstr("123456"))) << finding.rule;
  }
}

TEST(SealLegacyPlus, WarnsOfLinesOfNisAndSharedNumbers) {
  SealedGuest nis;
  nis.add_user("+::::::");
  EXPECT_THAT(nis.findings(), ElementsAre("seal.legacy-plus info /etc/passwd"));
  SealedGuest shared;
  shared.add_user("twin:x:105:105::/var/lib/redis:/usr/sbin/nologin");
  EXPECT_THAT(shared.findings(), ElementsAre("seal.legacy-plus warning /etc/passwd"));
  SealedGuest groups;
  groups.append("/etc/group", "twin:x:105:\nroot:x:700:");
  EXPECT_THAT(groups.findings(), ElementsAre("seal.legacy-plus warning /etc/group",
                                             "seal.legacy-plus warning /etc/group"));
  // Of a second account with all rights another rule speaks.
  SealedGuest toor;
  toor.add_user("toor:x:0:0::/root:/bin/bash");
  EXPECT_THAT(toor.findings(), Each(Not(HasSubstr("legacy-plus"))));
}

TEST(SealTestAccounts, TellsOfPersonsShellsAndRights) {
  SealedGuest person;
  person.add_user("alice:x:1000:1000::/home/alice:/bin/bash");
  EXPECT_THAT(person.findings(), ElementsAre("seal.test-accounts info /etc/passwd"));
  SealedGuest system;
  system.add_user("games:x:5:60::/usr/games:/bin/sh");
  EXPECT_THAT(system.findings(), ElementsAre("seal.test-accounts info /etc/passwd"));
  SealedGuest sudo;
  sudo.fs.file("/etc/sudoers.d/90-me", "# x NOPASSWD: ALL\nalice ALL=(ALL) NOPASSWD: ALL\n", 0440);
  EXPECT_THAT(sudo.findings(), ElementsAre("seal.test-accounts info /etc/sudoers.d/90-me"));
  EXPECT_EQ(sudo.judge().findings[0].line, 2);
  SealedGuest one_command;
  one_command.fs.file("/etc/sudoers.d/backup", "backup ALL=(root) NOPASSWD: /usr/bin/rsync\n",
                      0440);
  EXPECT_THAT(one_command.findings(), IsEmpty());
}

TEST(HashUnsupported, ComparesDigestsWithTheLibrary) {
  SealedGuest glibc = with_password("$y$j9T$saltsalt$digest");
  glibc.fs.file("/lib64/libcrypt-2.17.so", "x").link("/lib64/libcrypt.so.1", "libcrypt-2.17.so");
  EXPECT_THAT(glibc.findings(),
              testing::IsSupersetOf({"shadow.hash-unsupported warning /etc/shadow",
                                     "shadow.hash-unsupported info /lib64/libcrypt-2.17.so"}));
  SealedGuest modern = with_password("$y$j9T$saltsalt$digest");
  modern.fs.file("/usr/lib/x86_64-linux-gnu/libcrypt.so.1.1.0", "x")
      .link("/usr/lib/x86_64-linux-gnu/libcrypt.so.1", "libcrypt.so.1.1.0");
  EXPECT_THAT(modern.findings(), ElementsAre("seal.password-set info /etc/shadow"));
  SealedGuest musl;
  musl.fs.file("/usr/lib/ld-musl-x86_64.so.1", "x")
      .file("/etc/login.defs", "ENCRYPT_METHOD YESCRYPT\n");
  EXPECT_THAT(musl.findings(),
              ElementsAre("shadow.hash-unsupported warning /etc/login.defs",
                          "shadow.hash-unsupported info /lib/ld-musl-x86_64.so.1"));
}

TEST(HashUnsupported, KnowsRedHat8sOlderLibrary) {
  SealedGuest guest;
  guest.fs.file("/etc/os-release", "ID=rhel\nVERSION_ID=\"8.9\"\nNAME=\"Red Hat\"\n")
      .file("/usr/lib64/libcrypt.so.1.1.0", "x")
      .link("/usr/lib64/libcrypt.so.1", "libcrypt.so.1.1.0");
  EXPECT_THAT(guest.findings(),
              ElementsAre("shadow.hash-unsupported info /usr/lib64/libcrypt.so.1.1.0"));
}

TEST(PamNullok, IsToldOnce) {
  SealedGuest guest;
  guest.fs.file("/etc/pam.d/common-auth",
                "# nullok\nauth [success=1 default=ignore] pam_unix.so nullok\n"
                "auth sufficient pam_unix.so nullok\n");
  EXPECT_THAT(guest.findings(), ElementsAre("pam.nullok info /etc/pam.d/common-auth"));
  EXPECT_EQ(guest.judge().findings[0].line, 2);
  SealedGuest strict;
  strict.fs.file("/etc/pam.d/common-auth",
                 "auth required pam_unix.so\naccount x pam_unix.so nullok\n");
  EXPECT_THAT(strict.findings(), IsEmpty());
}

}  // namespace
}  // namespace imprint::rules::test

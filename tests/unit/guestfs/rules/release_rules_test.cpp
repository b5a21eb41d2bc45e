#include <gmock/gmock.h>

#include "tests/unit/guestfs/rules/guests.h"

namespace imprint::rules::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* centos_release =
    "NAME=\"CentOS Linux\"\nID=\"centos\"\nID_LIKE=\"rhel fedora\"\nVERSION_ID=\"7\"\n";

TEST(ReleaseUnrecognised, RejectsWhereNoFileNamesADistribution) {
  Guest debian = debian12();
  debian.fs.remove("/etc/os-release").remove("/usr/lib/os-release").remove("/etc/debian_version");
  EXPECT_THAT(complaints(debian), ElementsAre("release.unrecognised error"));
  Guest centos = centos6();
  centos.fs.file("/etc/centos-release", "changed\n");
  EXPECT_THAT(complaints(centos), ElementsAre("release.unrecognised error"));
}

TEST(ReleaseUnrecognised, WarnsWhereOnlyTheLinkIsGone) {
  Guest debian = debian12();
  debian.fs.remove("/etc/os-release");
  EXPECT_THAT(complaints(debian), ElementsAre("release.unrecognised warning"));
}

TEST(ReleaseSymlinkBroken, RejectsADanglingLink) {
  Guest debian = debian12();
  debian.fs.remove("/usr/lib/os-release");
  EXPECT_THAT(complaints(debian), ElementsAre("release.symlink-broken error"));
}

TEST(ReleaseConflict, RejectsFilesOfAnotherFamily) {
  Guest debian = debian12();
  debian.fs.file("/usr/lib/os-release", centos_release).file("/etc/issue", "\\S\n");
  EXPECT_THAT(complaints(debian), ElementsAre("release.conflict error"));
  Guest tampered = debian12();
  tampered.fs.file("/usr/lib/os-release", "ID=tampered\nVERSION_ID=1\n");
  EXPECT_THAT(complaints(tampered), ElementsAre("release.conflict error"));
}

TEST(ReleaseConflict, WarnsOfAStrangeFileBesideTheRightOnes) {
  Guest debian = debian12();
  debian.fs.file("/etc/redhat-release", "CentOS Linux release 7.9 (Core)\n");
  EXPECT_THAT(complaints(debian), ElementsAre("release.conflict warning"));
  Guest rhel = rhel9();
  rhel.fs.file("/etc/rocky-release", "Rocky Linux release 9.4 (Blue Onyx)\n");
  EXPECT_THAT(complaints(rhel), ElementsAre("release.conflict warning"));
  Guest old = debian12();
  old.fs.file("/etc/debian_version", "7.11\n");
  EXPECT_THAT(complaints(old), ElementsAre("release.conflict warning"));
}

TEST(ReleaseMalformed, WarnsOfAnEmptyOrBrokenFile) {
  Guest empty = debian12();
  empty.fs.file("/usr/lib/os-release", "");
  EXPECT_THAT(complaints(empty), ElementsAre("release.malformed warning"));
  Guest broken = debian12();
  broken.fs.file("/usr/lib/os-release", "ID=debian\nVERSION_ID=\"12\nbroken\n");
  EXPECT_THAT(complaints(broken),
              ElementsAre("release.malformed warning", "release.malformed warning"));
  Guest emptied = debian12();
  emptied.fs.file("/etc/debian_version", "");
  EXPECT_THAT(complaints(emptied), ElementsAre("release.malformed warning"));
}

TEST(ReleaseIssue, WarnsWhereItIsGoneEmptyOrOfAnotherSystem) {
  for (const char* text : {"", "CentOS release 6.10 (Final)\n"}) {
    Guest guest = debian12();
    guest.fs.file("/etc/issue", text);
    EXPECT_THAT(complaints(guest), ElementsAre("release.issue-missing-or-empty warning")) << text;
  }
  Guest gone = debian12();
  gone.fs.remove("/etc/issue");
  EXPECT_THAT(complaints(gone), ElementsAre("release.issue-missing-or-empty warning"));
}

TEST(ReleaseIssue, MayBeCustomised) {
  Guest guest = debian12();
  guest.fs.file("/etc/issue", "Authorized uses only. All activity may be monitored.\n");
  EXPECT_THAT(complaints(guest), IsEmpty());
}

TEST(ReleaseUnknown, OfAWellFormedIdIsNoComplaint) {
  Guest guest = alpine();
  guest.fs.remove("/etc/alpine-release").file("/etc/issue", "\\S\n");
  guest.fs.file("/etc/os-release", "ID=ourlinux\nVERSION_ID=1\n");
  const Judgement judgement = judge(guest);
  EXPECT_THAT(complaints(judgement), IsEmpty());
  EXPECT_EQ(finding_of(judgement, "release.unknown-but-well-formed").line, 1);
}

}  // namespace
}  // namespace imprint::rules::test

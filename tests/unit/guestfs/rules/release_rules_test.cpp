#include <gmock/gmock.h>

#include "tests/guests/library/guests.h"

namespace imprint::guests {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* centos_release =
    "NAME=\"CentOS Linux\"\nID=\"centos\"\nID_LIKE=\"rhel fedora\"\nVERSION_ID=\"7\"\n";

TEST(ReleaseUnrecognised, RejectsWhereNoFileNamesADistribution) {
  Guest debian = debian12_bios();
  debian.fs.remove("/etc/os-release").remove("/usr/lib/os-release").remove("/etc/debian_version");
  EXPECT_THAT(debian.complaints(), ElementsAre("release.unrecognised error"));
  Guest centos = centos6();
  centos.fs.file("/etc/centos-release", "changed\n");
  EXPECT_THAT(centos.complaints(), ElementsAre("release.unrecognised error"));
}

TEST(ReleaseUnrecognised, WarnsWhereOnlyTheLinkIsGone) {
  Guest debian = debian12_bios();
  debian.fs.remove("/etc/os-release");
  EXPECT_THAT(debian.complaints(), ElementsAre("release.unrecognised warning"));
}

TEST(ReleaseSymlinkBroken, RejectsADanglingLink) {
  Guest debian = debian12_bios();
  debian.fs.remove("/usr/lib/os-release");
  EXPECT_THAT(debian.complaints(), ElementsAre("release.symlink-broken error"));
}

TEST(ReleaseMalformed, TakesNamesThatOnlyOsReleaseKnows) {
  Guest guest = centos7();
  guest.write("/etc/os-release",
              "NAME=\"BigCloud Enterprise Linux\"\nID=bclinux\nVERSION_ID=8\n"
              "PRETTY_NAME=\"BigCloud Enterprise Linux 8\"\n");
  for (const char* path : {"/etc/centos-release", "/etc/redhat-release", "/etc/system-release"})
    guest.write(path, "BigCloud Enterprise Linux release 8.2.2107 (Core)\n");
  EXPECT_EQ(guest.finding_of("release.malformed").rule, "");
  guest.write("/etc/redhat-release", "gibberish\n");
  EXPECT_EQ(guest.finding_of("release.malformed").severity, Severity::warning);
}

TEST(ReleaseConflict, RejectsFilesOfAnotherFamily) {
  Guest debian = debian12_bios();
  debian.fs.file("/usr/lib/os-release", centos_release).file("/etc/issue", "\\S\n");
  EXPECT_THAT(debian.complaints(), ElementsAre("release.conflict error"));
}

TEST(ReleaseConflict, WarnsOfAnUnknownNameOnFilesOfAKnownFamily) {
  Guest router = debian12_bios();
  router.fs.file("/usr/lib/os-release", "ID=ourrouter\nVERSION_ID=1\n");
  EXPECT_THAT(router.complaints(), ElementsAre("release.conflict warning"));
  EXPECT_EQ(router.finding_of("release.conflict").path, "/etc/debian_version");
  Guest cloud = centos7();
  cloud.write("/etc/os-release", "ID=ourcloud\nVERSION_ID=7\n");
  EXPECT_THAT(cloud.complaints(), ElementsAre("release.conflict warning"));
}

TEST(ReleaseConflict, WarnsOfAStrangeFileBesideTheRightOnes) {
  Guest debian = debian12_bios();
  debian.fs.file("/etc/redhat-release", "CentOS Linux release 7.9 (Core)\n");
  EXPECT_THAT(debian.complaints(), ElementsAre("release.conflict warning"));
  Guest rhel = rhel9();
  rhel.fs.file("/etc/rocky-release", "Rocky Linux release 9.4 (Blue Onyx)\n");
  EXPECT_THAT(rhel.complaints(), ElementsAre("release.conflict warning"));
  Guest old = debian12_bios();
  old.fs.file("/etc/debian_version", "7.11\n");
  EXPECT_THAT(old.complaints(), ElementsAre("release.conflict warning"));
}

TEST(ReleaseMalformed, WarnsOfAnEmptyOrBrokenFile) {
  Guest empty = debian12_bios();
  empty.fs.file("/usr/lib/os-release", "");
  EXPECT_THAT(empty.complaints(), ElementsAre("release.malformed warning"));
  Guest broken = debian12_bios();
  broken.fs.file("/usr/lib/os-release", "ID=debian\nVERSION_ID=\"12\nbroken\n");
  EXPECT_THAT(broken.complaints(), ElementsAre("release.malformed warning"));
  Guest emptied = debian12_bios();
  emptied.fs.file("/etc/debian_version", "");
  EXPECT_THAT(emptied.complaints(), ElementsAre("release.malformed warning"));
}

TEST(ReleaseIssue, WarnsWhereItIsGoneEmptyOrOfAnotherSystem) {
  for (const char* text : {"", "CentOS release 6.10 (Final)\n"}) {
    Guest guest = debian12_bios();
    guest.fs.file("/etc/issue", text);
    EXPECT_THAT(guest.complaints(), ElementsAre("release.issue-missing-or-empty warning")) << text;
  }
  Guest gone = debian12_bios();
  gone.fs.remove("/etc/issue");
  EXPECT_THAT(gone.complaints(), ElementsAre("release.issue-missing-or-empty warning"));
}

TEST(ReleaseIssue, MayBeCustomised) {
  Guest guest = debian12_bios();
  guest.fs.file("/etc/issue", "Authorized uses only. All activity may be monitored.\n");
  EXPECT_THAT(guest.complaints(), IsEmpty());
}

TEST(ReleaseUnknown, OfAWellFormedIdIsNoComplaint) {
  Guest guest = alpine();
  guest.fs.remove("/etc/alpine-release").file("/etc/issue", "\\S\n");
  guest.fs.file("/etc/os-release", "ID=ourlinux\nVERSION_ID=1\n");
  const rules::Judgement judgement = guest.judge();
  EXPECT_THAT(complaints(judgement), IsEmpty());
  EXPECT_EQ(finding_of(judgement, "release.unknown-but-well-formed").line, 1);
}

}  // namespace
}  // namespace imprint::guests

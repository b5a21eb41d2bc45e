#include "guestfs/facts/release.h"

#include <gmock/gmock.h>

#include "guestfs/guest/memory_fs.h"

namespace imprint::facts {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

ReleaseFacts read(guest::MemoryFs& fs) {
  guest::FollowingFs following{fs};
  return read_release(following);
}

ReleaseSource source(std::string path, std::string text) {
  SourceFile file;
  file.path = std::move(path);
  file.state = SourceFile::State::read;
  file.text = std::move(text);
  return parse_release_text(std::move(file));
}

TEST(OsRelease, ReadsQuotesAndEscapes) {
  const OsRelease release =
      parse_os_release("ID=\"debian\"\nNAME='A \"B\"'\nX=a\\ b\n# c\n\n", "/etc/os-release");
  EXPECT_EQ(release.find("ID")->value, "debian");
  EXPECT_EQ(release.find("NAME")->value, "A \"B\"");
  EXPECT_EQ(release.find("X")->value, "a b");
  EXPECT_THAT(release.faults, IsEmpty());
}

TEST(OsRelease, TellsWhereAShellReadsAnotherValue) {
  for (const char* line : {"NAME=Some Linux", "ID=debian # ours", "ANSI_COLOR=0;31", "A=\"b\" c",
                           "A=`b`", "NAME=Some (old)"}) {
    const OsRelease release = parse_os_release(line, "/x");
    EXPECT_THAT(release.faults, SizeIs(1)) << line;
    EXPECT_THAT(release.settings, SizeIs(1)) << line;
  }
  for (const char* line : {"NAME='Some Linux; (old)'", "A=a\\ b", "URL=https://x.org/?a=b#c",
                           "A= ", "A=\"b \\\" c\"", "A='it'\\''s so'"})
    EXPECT_THAT(parse_os_release(line, "/x").faults, IsEmpty()) << line;
}

TEST(OsRelease, KeepsGoodLinesBesideBadOnes) {
  const OsRelease release = parse_os_release("nonsense\nNAME=\"open\nID=rhel\n", "/etc/os-release");
  EXPECT_EQ(release.find("ID")->value, "rhel");
  ASSERT_THAT(release.faults, SizeIs(2));
  EXPECT_EQ(release.faults[0].place.line, 1);
  EXPECT_EQ(release.faults[1].place.line, 2);
}

TEST(OsRelease, ReadsThroughCarriageReturnsAndAByteOrderMark) {
  const OsRelease release = parse_os_release("\xEF\xBB\xBFID=debian\r\nVERSION_ID=12\r\n", "/x");
  EXPECT_EQ(release.find("ID")->value, "debian");
  EXPECT_EQ(release.find("VERSION_ID")->value, "12");
  EXPECT_THAT(release.faults, SizeIs(2));
}

TEST(ReleaseText, NamesTheDistributionByItsWords) {
  const ReleaseSource centos = source("/etc/redhat-release", "CentOS release 6.10 (Final)\n");
  EXPECT_EQ(centos.id, "centos");
  EXPECT_EQ(centos.version, "6.10");
  EXPECT_EQ(centos.family, Family::redhat);
  EXPECT_EQ(source("/etc/redhat-release", "Red Hat Enterprise Linux Server release 7.9 (Maipo)").id,
            "rhel");
  EXPECT_EQ(source("/etc/SuSE-release", "SUSE Linux Enterprise Server 11 (x86_64)").id, "sles");
  EXPECT_EQ(source("/etc/redhat-release", "garbage").id, "");
}

TEST(ReleaseText, PassesOverBlankLinesBeforeTheFirst) {
  const ReleaseSource suse =
      source("/etc/SuSE-release", "\n \nSUSE Linux Enterprise Server 11 (x86_64)\nVERSION = 11\n");
  EXPECT_EQ(suse.id, "sles");
  EXPECT_EQ(suse.version, "11");
}

TEST(ReleaseText, TakesFilesOfABareVersionByTheirName) {
  EXPECT_EQ(source("/etc/debian_version", "12.5\n").version, "12.5");
  EXPECT_EQ(source("/etc/debian_version", "trixie/sid\n").id, "debian");
  EXPECT_EQ(source("/etc/alpine-release", "3.19.1\n").id, "alpine");
  EXPECT_EQ(source("/etc/debian_version", "").id, "");
  EXPECT_EQ(source("/etc/debian_version", "\x01\x02 what").id, "");
  EXPECT_EQ(source("/etc/arch-release", "").id, "arch");
}

TEST(ReleaseText, ReadsLsbRelease) {
  const ReleaseSource ubuntu =
      source("/etc/lsb-release", "DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=22.04\n");
  EXPECT_EQ(ubuntu.id, "ubuntu");
  EXPECT_EQ(ubuntu.version, "22.04");
}

TEST(Release, AsksTheOlderFilesWhereOsReleaseIsNotThere) {
  guest::MemoryFs fs;
  fs.file("/etc/centos-release", "CentOS release 6.10 (Final)\n");
  fs.link("/etc/redhat-release", "centos-release").file("/etc/issue", "CentOS\n");
  const ReleaseFacts release = read(fs);
  EXPECT_EQ(release.id, "centos");
  EXPECT_EQ(release.version, "6.10");
  EXPECT_EQ(release.name, "CentOS release 6.10 (Final)");
  EXPECT_EQ(release.decided_by, "/etc/centos-release");
}

TEST(Release, FollowsIdLikeForTheFamily) {
  guest::MemoryFs fs;
  fs.file("/etc/os-release", "ID=neon\nID_LIKE=\"ubuntu debian\"\nVERSION_ID=22.04\n");
  const ReleaseFacts release = read(fs);
  EXPECT_EQ(release.family, Family::debian);
  EXPECT_THAT(release.id_like, ElementsAre("ubuntu", "debian"));
}

TEST(Release, IsCalledByItsNameWhereThePrettyOneIsNotThere) {
  guest::MemoryFs fs;
  fs.file("/etc/os-release", "NAME=\"Our Linux\"\nID=ours\nVERSION_ID=1\n");
  EXPECT_EQ(read(fs).name, "Our Linux");
}

TEST(Release, OfNothingIsNothing) {
  guest::MemoryFs fs;
  EXPECT_EQ(read(fs).id, "");
}

TEST(Release, OfOldSystemsIsNamedByTheirDescriptionAndVersion) {
  guest::MemoryFs fs;
  fs.file("/etc/debian_version", "5.0.1\n");
  guest::FollowingFs following{fs};
  EXPECT_EQ(read_release(following).name, "debian 5.0.1");
  fs.file(
      "/etc/lsb-release",
      "DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=10.10\nDISTRIB_DESCRIPTION=\"Ubuntu 10.10 (Phony)\"\n");
  const ReleaseFacts ubuntu = read_release(following);
  EXPECT_EQ(ubuntu.id, "ubuntu");
  EXPECT_EQ(ubuntu.version, "10.10");
  EXPECT_EQ(ubuntu.name, "Ubuntu 10.10 (Phony)");
}

}  // namespace
}  // namespace imprint::facts

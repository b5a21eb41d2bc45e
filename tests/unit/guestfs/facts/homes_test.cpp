#include <gmock/gmock.h>

#include "guestfs/facts/permissions.h"
#include "guestfs/facts/sshd.h"
#include "guestfs/guest/memory_fs.h"

namespace imprint::facts {
namespace {

using guest::FollowingFs;
using guest::MemoryFs;
using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> paths_of(MemoryFs& fs) {
  FollowingFs following{fs};
  std::vector<std::string> paths;
  for (const Home& home : read_homes(following, read_accounts(following)).homes)
    paths.push_back(home.path + (home.can_log_in ? " login" : ""));
  return paths;
}

TEST(Homes, AreThoseOfPasswdWhereverTheyAre) {
  MemoryFs fs;
  fs.file("/etc/passwd",
          "root:x:0:0::/root:/bin/sh\nbin:x:1:1::/bin:/bin/sh\ngone:x:2:2::/gone:/bin/sh\n"
          "svc:x:3:3::/var/lib/svc:/sbin/nologin\nslash:x:4:4::/:/bin/sh\n"
          "far:x:5:5::/data/far:/bin/sh\nrelative:x:6:6::home:/bin/sh\nshort:x\n"
          "same:x:7:7::/var/lib/svc:\n");
  fs.folder("/root").folder("/bin").folder("/var/lib/svc").folder("/mnt/far");
  fs.link("/data", "/mnt");
  EXPECT_THAT(paths_of(fs), ElementsAre("/root login", "/var/lib/svc login", "/data/far login"));
}

TEST(Homes, HoldTheirFilesAndThoseOfSsh) {
  MemoryFs fs;
  fs.file("/etc/passwd", "root:x:0:0::/root:/bin/sh\n");
  fs.file("/root/.ssh/id_rsa", "x", 0600).file("/root/.config/gcloud/credentials.db", "x");
  fs.file("/root/other/deep", "x");
  FollowingFs following{fs};
  const HomeFacts facts = read_homes(following, read_accounts(following));
  ASSERT_EQ(facts.homes.size(), 1U);
  const Home& home = facts.homes[0];
  ASSERT_NE(home.find(".ssh/id_rsa"), nullptr);
  EXPECT_EQ(home.find(".ssh/id_rsa")->info.mode, 0600U);
  EXPECT_EQ(home.find(".ssh/id_rsa")->path, "/root/.ssh/id_rsa");
  EXPECT_NE(home.find(".config/gcloud/credentials.db"), nullptr);
  EXPECT_EQ(home.find("other/deep"), nullptr);
}

TEST(Homes, AreBounded) {
  MemoryFs fs;
  std::string passwd;
  for (int i = 0; i < 500; ++i) {
    const std::string home = "/home/u" + std::to_string(i);
    passwd += "u" + std::to_string(i) + ":x:1:1::" + home + ":/bin/sh\n";
    fs.folder(home);
  }
  fs.file("/etc/passwd", passwd);
  EXPECT_EQ(paths_of(fs).size(), 64U);
}

TEST(Homes, TellWhatCouldNotBeRead) {
  MemoryFs fs;
  fs.fail_with(make_error(Errc::unavailable, "dead"));
  FollowingFs following{fs};
  EXPECT_EQ(read_homes(following, read_accounts(following)).unknown.size(), 1U);
}

TEST(Permissions, MarkWhatIsWritableByAllOrRunsAsAnother) {
  MemoryFs fs;
  fs.file("/usr/bin/su", "x", 04755).file("/usr/bin/ls", "x", 0755).folder("/tmp", 01777);
  fs.link("/bin", "usr/bin").special("/etc/pipe", guest::FileType::fifo, 0666);
  fs.file("/etc/a/b/c/too-deep", "x", 0666).file("/etc/a/b/seen", "x", 0666);
  FollowingFs following{fs};
  const PermissionFacts facts = read_permissions(following, {});
  std::vector<std::string> paths;
  for (const MarkedFile& file : facts.marked) paths.push_back(file.path);
  EXPECT_THAT(paths, ElementsAre("/tmp", "/usr/bin/su", "/etc/a/b/seen"));
  EXPECT_FALSE(facts.cut);
  EXPECT_THAT(facts.unknown, IsEmpty());
}

TEST(Permissions, AreCutInAHugeTree) {
  MemoryFs fs;
  for (int i = 0; i < 1000; ++i) fs.file("/etc/d" + std::to_string(i) + "/f", "x", 0666);
  FollowingFs following{fs};
  const PermissionFacts facts = read_permissions(following, {});
  EXPECT_TRUE(facts.cut);
  EXPECT_LT(facts.marked.size(), 700U);
}

TEST(SshdConfig, TakesTheFirstSettingThatCountsForAll) {
  const auto settings = parse_sshd_config(
      "# x\nPort 22\nMatch User a\nPasswordAuthentication no\nMatch all\n"
      "PasswordAuthentication yes\nAuthorizedKeysFile=\"/a b\" none\n\xff\n",
      "/etc/ssh/sshd_config");
  SshdConfig config{settings, {}};
  ASSERT_NE(config.find("passwordauthentication"), nullptr);
  EXPECT_EQ(config.find("passwordauthentication")->place.line, 6);
  EXPECT_THAT(config.find("port")->values, ElementsAre("22"));
  EXPECT_EQ(config.find("nothing"), nullptr);
}

TEST(SshdConfig, TakesWhatIsIncludedWhereTheLineStands) {
  MemoryFs fs;
  fs.file("/etc/ssh/sshd_config",
          "Port 2222\nInclude /etc/ssh/sshd_config.d/*.conf more\nPort 22\nMatch User a\n"
          "Include only\nPermitRootLogin yes\n")
      .file("/etc/ssh/sshd_config.d/10-b.conf", "PasswordAuthentication no\nMatch all\n")
      .file("/etc/ssh/sshd_config.d/50-a.conf", "PasswordAuthentication yes\nUsePAM yes\n")
      .file("/etc/ssh/sshd_config.d/notes", "UsePAM no\n")
      .file("/etc/ssh/more", "Include sshd_config\nX11Forwarding no\n")
      .file("/etc/ssh/only", "UseDNS no\n");
  FollowingFs following{fs};
  const SshdConfig config = read_sshd_config(following);
  EXPECT_THAT(config.find("port")->values, ElementsAre("2222"));
  EXPECT_EQ(config.find("passwordauthentication")->place.path, "/etc/ssh/sshd_config.d/10-b.conf");
  EXPECT_THAT(config.find("usepam")->values, ElementsAre("yes"));
  EXPECT_EQ(config.find("permitrootlogin"), nullptr);
  EXPECT_EQ(config.find("usedns"), nullptr);
  EXPECT_LT(config.settings.size(), 1000U);
  // "more" takes the first file in again, which sshd refuses.
  EXPECT_EQ(config.unknown.size(), 1U);
}

TEST(SshdConfig, DoesNotTakeAPartForTheWhole) {
  MemoryFs fs;
  fs.file("/etc/ssh/sshd_config", "Include d/*\n");
  for (int i = 0; i < 100; ++i) fs.file("/etc/ssh/d/" + std::to_string(i), "UsePAM yes\n");
  FollowingFs following{fs};
  EXPECT_EQ(read_sshd_config(following).unknown.size(), 1U);
}

}  // namespace
}  // namespace imprint::facts

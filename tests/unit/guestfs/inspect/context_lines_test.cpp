#include "guestfs/inspect/context_lines.h"

#include <gmock/gmock.h>

#include "guestfs/guest/memory_fs.h"

namespace imprint::inspect {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

struct Context : testing::Test {
  std::vector<ContextLine> of(const std::string& path, int line, const std::string& text) {
    guest::FollowingFs following{fs};
    std::vector<Finding> findings(1);
    findings[0].path = path;
    findings[0].line = line;
    findings[0].text = text;
    add_context(findings, following);
    return findings[0].context;
  }
  guest::MemoryFs fs;
};

TEST_F(Context, HasTwoLinesOnEachSide) {
  fs.file("/etc/fstab", "1\n2\n3\r\n4\n5\n6\n");
  const auto context = of("/etc/fstab", 4, "four");
  ASSERT_EQ(context.size(), 5U);
  EXPECT_EQ(context[0].line, 2);
  EXPECT_EQ(context[1].text, "3");
  EXPECT_EQ(context[2].text, "four");
  EXPECT_EQ(context[4].line, 6);
}

TEST_F(Context, EndsWithTheFile) {
  fs.file("/etc/fstab", "1\n2");
  EXPECT_EQ(of("/etc/fstab", 1, "1").size(), 2U);
  EXPECT_EQ(of("/etc/fstab", 2, "2").size(), 2U);
  EXPECT_THAT(of("/etc/fstab", 3, "3"), IsEmpty());
  EXPECT_THAT(of("/etc/absent", 1, "1"), IsEmpty());
  EXPECT_THAT(of("no path", 1, "1"), IsEmpty());
}

TEST_F(Context, IsNeverShownOfFilesThatHoldSecrets) {
  for (const char* path :
       {"/etc/shadow", "/etc/shadow-", "/etc/gshadow", "/etc/passwd", "/etc/passwd.rpmsave",
        "/etc/security/opasswd", "/etc/ssh/ssh_host_rsa_key", "/root/.bash_history",
        "/etc/NetworkManager/system-connections/wlan.nmconnection", "/etc/ppp/chap-secrets",
        "/root/.ssh/id_ed25519", "/etc/cloud/cloud.cfg.d/90.cfg", "/root/.aws/credentials"}) {
    fs.file(path, "a\nb\nc\n");
    EXPECT_THAT(of(path, 2, "b"), IsEmpty()) << path;
  }
  fs.file("/etc/fstab", "a\nb\n");
  EXPECT_THAT(of("/etc/fstab", 1, ""), IsEmpty()) << "the rule hides its line";
}

TEST_F(Context, HidesNeighboursThatMayHoldASecret) {
  for (const char* secret :
       {"//nas/x /x cifs username=u,password=hunter2 0 0", "password --md5 $1$abc$def",
        "password_pbkdf2 root grub.pbkdf2.sha512.10000.AA", "AccessKeySecret: abc",
        "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDx"}) {
    fs.file("/etc/x.conf", std::string{secret} + "\nhere\nplain\n");
    const auto context = of("/etc/x.conf", 2, "here");
    ASSERT_EQ(context.size(), 3U);
    EXPECT_THAT(context[0].text, HasSubstr("not shown")) << secret;
    EXPECT_EQ(context[2].text, "plain");
  }
}

TEST_F(Context, StandsHostileFiles) {
  fs.file("/etc/fstab", std::string(1 << 19, 'x') + "\nb\n" + std::string(1000, '\n'));
  EXPECT_LE(of("/etc/fstab", 2, "b")[0].text.size(), 400U);
  fs.special("/etc/pipe", guest::FileType::fifo);
  EXPECT_THAT(of("/etc/pipe", 1, "a"), IsEmpty());
  fs.fail_with(make_error(Errc::unavailable, "dead"));
  EXPECT_THAT(of("/etc/fstab", 2, "b"), IsEmpty());
}

TEST_F(Context, ReadsABoundedNumberOfFiles) {
  std::vector<Finding> findings(100);
  for (std::size_t i = 0; i < findings.size(); ++i) {
    findings[i].path = fmt::format("/etc/{}.conf", i);
    findings[i].line = 1;
    findings[i].text = "a";
    fs.file(findings[i].path, "a\n");
  }
  guest::FollowingFs following{fs};
  add_context(findings, following);
  EXPECT_FALSE(findings.front().context.empty());
  EXPECT_TRUE(findings.back().context.empty());
}

}  // namespace
}  // namespace imprint::inspect

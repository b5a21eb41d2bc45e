#include "guestfs/facts/accounts.h"

#include <gmock/gmock.h>

#include "guestfs/guest/memory_fs.h"

namespace imprint::facts {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

TEST(Passwd, ReadsRowsAndTheirNumbers) {
  const auto rows = parse_passwd("root:x:0:0:root:/root:/bin/bash\n", "/etc/passwd");
  ASSERT_THAT(rows, SizeIs(1));
  EXPECT_EQ(rows[0].fields, 7U);
  EXPECT_EQ(rows[0].uid, 0U);
  EXPECT_EQ(rows[0].home, "/root");
  EXPECT_EQ(rows[0].shell, "/bin/bash");
}

TEST(Passwd, KeepsBadRowsAndRefusesBadNumbers) {
  const auto rows = parse_passwd("a:x:-1:0::/:/b\nb:x:4294967295:99999999999::/:/b\nshort\n", "/p");
  ASSERT_THAT(rows, SizeIs(3));
  EXPECT_EQ(rows[0].uid, std::nullopt);
  EXPECT_EQ(rows[1].uid, std::nullopt);
  EXPECT_EQ(rows[1].gid, std::nullopt);
  EXPECT_EQ(rows[2].fields, 1U);
  EXPECT_EQ(rows[2].place.line, 3);
}

TEST(Shadow, CountsFields) {
  const auto rows = parse_shadow("root:*:19000:0:99999:7::20000:\nx:y\n# c\n\n", "/etc/shadow");
  ASSERT_THAT(rows, SizeIs(2));
  EXPECT_EQ(rows[0].fields, 9U);
  EXPECT_EQ(rows[0].expires, "20000");
  EXPECT_EQ(rows[1].fields, 2U);
}

TEST(Accounts, FindFrozenFiles) {
  guest::MemoryFs fs;
  fs.file("/etc/shadow", "root:*::::::: \n", 0640).attributes("/etc/shadow", "ie");
  fs.file("/etc/passwd", "root:x:0:0::/root:/bin/sh\n").attributes("/etc/passwd", "e");
  fs.file("/etc/group", "root:x:0:\nshadow:x:42:\n").file("/usr/bin/passwd", "x");
  guest::FollowingFs following{fs};
  const AccountFacts facts = read_accounts(following);
  ASSERT_THAT(facts.frozen, SizeIs(1));
  EXPECT_EQ(facts.frozen[0].path, "/etc/shadow");
  EXPECT_EQ(facts.shadow_group, 42U);
  EXPECT_EQ(facts.passwd_command, true);
  EXPECT_EQ(facts.nologin, false);
  EXPECT_THAT(facts.unknown, IsEmpty());
  EXPECT_NE(facts.user("root"), nullptr);
}

}  // namespace
}  // namespace imprint::facts

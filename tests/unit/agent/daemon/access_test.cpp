#include "agent/daemon/access.h"

#include <gmock/gmock.h>
#include <unistd.h>

namespace imprint::daemon {
namespace {

using testing::HasSubstr;

TEST(Access, ResolvesNumbersAndNames) {
  config::Config config;
  config.access.viewers = {"uid:1234", "group:root"};
  config.access.admins = {"gid:77", "user:root"};
  config.socket.group = "daemon";
  const auto access = resolve_access(config);
  ASSERT_TRUE(access) << access.error().message;
  EXPECT_EQ(access->viewers.users, std::set<uid_t>{1234});
  EXPECT_EQ(access->viewers.groups, std::set<gid_t>{0});
  EXPECT_EQ(access->admins.users, std::set<uid_t>{0});
  EXPECT_EQ(access->admins.groups, std::set<gid_t>{77});
  EXPECT_EQ(access->operators.groups, std::set<gid_t>{socket_group(config.socket).value()});
}

TEST(Access, MakesTheAgentsOwnGroupOperatorsByDefault) {
  const auto access = resolve_access({});
  ASSERT_TRUE(access);
  EXPECT_EQ(access->operators.groups, std::set<gid_t>{::getegid()});
}

TEST(Access, NamesAnEntryThatNamesNobody) {
  for (const std::string entry :
       {"", "uid:", "uid:-1", "uid:1x", "uid:4294967295", "uid:99999999999", "user:no-such-user",
        "group:no-such-group", "everybody", "root"}) {
    config::Config config;
    config.access.operators = {entry};
    const auto access = resolve_access(config);
    ASSERT_FALSE(access) << entry;
    EXPECT_THAT(access.error().message, HasSubstr("key 'access.operators': '" + entry + "'"));
  }
}

TEST(Access, NamesASocketGroupThatDoesNotExist) {
  config::Config config;
  config.socket.group = "no-such-group";
  EXPECT_THAT(resolve_access(config).error().message, HasSubstr("no-such-group"));
}

}  // namespace
}  // namespace imprint::daemon

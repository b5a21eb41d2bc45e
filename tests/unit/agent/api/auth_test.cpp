#include "agent/api/auth.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/base/fd.h"

namespace imprint::api {
namespace {

constexpr uid_t stranger = 54321;

TEST(Auth, GivesAStrangerNothing) {
  const Access access{{{1}, {2}}, {{3}, {4}}, {{5}, {6}}};
  EXPECT_EQ(role_of(access, {stranger, stranger, {stranger}}), Role::nobody);
  EXPECT_EQ(role_of(Access{}, {stranger, 0, {0}}), Role::nobody);
}

TEST(Auth, MakesRootAndTheAgentsOwnUserAdmins) {
  EXPECT_EQ(role_of(Access{}, {0, 0, {}}), Role::admin);
  EXPECT_EQ(role_of(Access{}, {::geteuid(), stranger, {}}), Role::admin);
}

TEST(Auth, TakesTheHighestRoleOfUserGroupAndSupplementaryGroups) {
  const Access access{{{stranger}, {}}, {{}, {70}}, {{}, {80}}};
  EXPECT_EQ(role_of(access, {stranger, 1, {}}), Role::viewer);
  EXPECT_EQ(role_of(access, {stranger, 70, {}}), Role::operator_);
  EXPECT_EQ(role_of(access, {stranger, 70, {5, 80}}), Role::admin);
}

TEST(Auth, ReadsThePeerFromTheKernel) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
  const Fd one{ends[0]};
  const Fd other{ends[1]};
  const auto peer = peer_of(one.get());
  ASSERT_TRUE(peer) << peer.error().message;
  EXPECT_EQ(peer->user, ::geteuid());
  EXPECT_EQ(peer->group, ::getegid());
  EXPECT_EQ(peer->name(), "uid:" + std::to_string(::geteuid()));
}

TEST(Auth, RefusesWhatIsNoSocket) {
  const Fd file{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
  EXPECT_FALSE(peer_of(file.get()));
}

}  // namespace
}  // namespace imprint::api

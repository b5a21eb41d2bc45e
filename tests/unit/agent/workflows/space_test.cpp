#include "agent/workflows/space.h"

#include <gtest/gtest.h>

#include "tests/unit/agent/workflows/world.h"

namespace imprint::test {
namespace {

using workflows::SpaceLedger;

const JobId one = JobId::generate();
const JobId two = JobId::generate();

TEST(SpaceLedger, NoTwoJobsCountOnTheSameBytes) {
  SpaceLedger ledger;
  EXPECT_TRUE(ledger.claim(one, 60, 100, 10));
  EXPECT_EQ(ledger.available(two, 100, 10), 30U);
  const auto refused = ledger.claim(two, 31, 100, 10);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::exhausted);
  EXPECT_TRUE(ledger.claim(two, 30, 100, 10));
  EXPECT_EQ(ledger.claimed(), 90U);
  ledger.release(one);
  EXPECT_TRUE(ledger.claim(two, 90, 100, 10));
}

TEST(SpaceLedger, AClaimReplacesTheJobsEarlierOne) {
  SpaceLedger ledger;
  EXPECT_TRUE(ledger.claim(one, 60, 100, 0));
  EXPECT_TRUE(ledger.claim(one, 80, 100, 0));
  EXPECT_FALSE(ledger.claim(one, 101, 100, 0));
  EXPECT_EQ(ledger.claimed(), 80U) << "a refused claim leaves the old one";
}

TEST(SpaceOfJobs, WhatAJobClaimsIsGivenBackWhenItEnds) {
  World world;
  Agent agent{world};
  agent.import("/images/one", "first");
  agent.create("web");
  world.volumes.set_free(1);
  EXPECT_EQ(agent.import("/images/two", "second").error->code, Errc::exhausted);
  EXPECT_EQ(agent.wait(agent->reimage_instance(World::caller, "web", reimage_request("first")))
                .error->code,
            Errc::exhausted);
  const NodeStatus status = *agent->node_status();
  EXPECT_EQ(status.space_claimed, 0U);
  EXPECT_EQ(status.space_state, "full");
}

TEST(SpaceOfJobs, TheLastBytesAreKept) {
  World world;
  Agent agent{world};
  world.volumes.set_free(World::settings().space_full + 2);
  EXPECT_EQ(agent.import("/images/one", "first").error->code, Errc::exhausted)
      << "its last bytes would be among those that are kept";
  world.volumes.set_free(World::settings().space_low);
  EXPECT_EQ(agent.import("/images/one", "first").state, JobState::succeeded);
  EXPECT_EQ(agent->node_status()->space_state, "low");
}

}  // namespace
}  // namespace imprint::test

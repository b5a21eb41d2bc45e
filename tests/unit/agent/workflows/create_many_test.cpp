#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/workflows/side_by_side.h"
#include "tests/unit/agent/workflows/world.h"

namespace imprint::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using Call = FakeHypervisor::Call;

class CreateMany : public testing::Test {
 protected:
  void SetUp() override { agent.import("/images/one", "first"); }
  Result<Job> order(int count, const std::string& name = "web",
                    const std::string& image = "first") {
    CreateInstance request = create_request(name, image);
    request.count = count;
    return agent->create_instance(World::caller, request);
  }
  Job create(int count, const std::string& name = "web") { return agent.wait(order(count, name)); }

  World world;
  Agent agent{world};
};

TEST_F(CreateMany, MakesAllOfThemInOneJob) {
  const Job job = create(20);
  ASSERT_EQ(job.state, JobState::succeeded) << job.error->message;
  EXPECT_EQ(job.subject, "web-1..web-20");
  const Json& made = job.result.at("instances");
  ASSERT_EQ(made.size(), 20U);
  std::set<std::string> macs;
  std::set<std::string> identities;
  for (int number = 1; number <= 20; ++number) {
    const InstanceView view = *agent->show_instance(fmt::format("web-{}", number));
    EXPECT_EQ(made.at(static_cast<std::size_t>(number) - 1).at("id"), view.instance.id.str());
    EXPECT_EQ(view.instance.hostname, view.instance.name);
    EXPECT_EQ(view.power, PowerState::running);
    EXPECT_FALSE(view.open_job);
    EXPECT_THAT(world.volumes.content(view.instance.system.seed.path), HasSubstr(World::secret));
    macs.insert(view.instance.mac);
    identities.insert(view.instance.system.cloud_instance_id);
  }
  EXPECT_EQ(macs.size(), 20U);
  EXPECT_EQ(identities.size(), 20U);
}

TEST_F(CreateMany, OfOneIsNumberedToo) {
  ASSERT_EQ(create(1).state, JobState::succeeded);
  EXPECT_TRUE(agent->show_instance("web-1"));
}

TEST_F(CreateMany, IsRefusedAsAWholeWhereOneNameIsTaken) {
  ASSERT_EQ(agent.create("web-3").state, JobState::succeeded);
  const auto paths = world.volumes.paths();
  const auto refused = order(5);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::conflict);
  EXPECT_THAT(refused.error().message, HasSubstr("web-3"));
  EXPECT_EQ(agent->list_instances()->size(), 1U);
  EXPECT_EQ(world.volumes.paths(), paths);
}

TEST_F(CreateMany, LeavesNothingOfAnyWhereOneFailsAndTellsOfEach) {
  const auto paths = world.volumes.paths();
  for (const Call call : {Call::define, Call::start}) {
    world.hypervisor.fail_next(call, Error{Errc::internal, "broken on purpose"});
    const Job job = create(4);
    EXPECT_EQ(job.state, JobState::failed);
    EXPECT_THAT(job.error->message, HasSubstr("broken on purpose"));
    int failed = 0;
    for (const Json& outcome : job.result.at("instances"))
      failed += outcome.at("error").is_null() ? 0 : 1;
    EXPECT_EQ(job.result.at("instances").size(), 4U);
    EXPECT_EQ(failed, 1);
    EXPECT_THAT(*agent->list_instances(), IsEmpty());
    EXPECT_THAT(*world.hypervisor.list(), IsEmpty());
    EXPECT_EQ(world.volumes.paths(), paths);
  }
}

TEST_F(CreateMany, TellsOfEachGuestThatDoesNotComeUp) {
  agent.import("/images/two", "second");
  world.hypervisor.set_guest(World::digest_of_image("two"), Guest::panics());
  const Job job = agent.wait(order(3, "web", "second"));
  EXPECT_EQ(job.state, JobState::failed);
  EXPECT_THAT(job.error->message, HasSubstr("'web-1'"));
  EXPECT_THAT(job.error->message, HasSubstr("and 2 more failed"));
  for (const Json& outcome : job.result.at("instances"))
    EXPECT_THAT(outcome.at("error").at("message").get<std::string>(),
                HasSubstr("Unable to mount root fs"));
  EXPECT_THAT(*agent->list_instances(), IsEmpty());
}

TEST_F(CreateMany, KeepsOtherJobsFromItsInstances) {
  world.hypervisor.set_guest(World::digest_of_image("one"), Guest::hangs());
  world.hypervisor.disconnect();  // the job waits at its first question
  const Job job = *order(2);
  while (agent->list_instances()->size() < 2) std::this_thread::yield();
  const auto refused = agent->release_instance(World::caller, "web-2");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::conflict);
  EXPECT_THAT(refused.error().message, HasSubstr(job.id.str()));
  EXPECT_EQ(agent->show_instance("web-1")->open_job, job.id);
  EXPECT_EQ(agent->list_instances()->at(1).open_job, job.id);
  world.hypervisor.reconnect();
  EXPECT_EQ(agent.wait(job.id).state, JobState::failed);
  EXPECT_THAT(*agent->list_instances(), IsEmpty());
}

TEST(SideBySide, DoesAllWithinItsLimitAndPassesExceptionsOn) {
  std::atomic<int> now = 0;
  std::atomic<int> most = 0;
  const auto outcomes = workflows::side_by_side(50, 4, [&](std::size_t i) -> Result<> {
    const int running = ++now;
    for (int seen = most; running > seen && !most.compare_exchange_weak(seen, running);) {
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
    --now;
    if (i % 10 == 3) return make_error(Errc::internal, "{}", i);
    return {};
  });
  ASSERT_EQ(outcomes.size(), 50U);
  for (std::size_t i = 0; i < outcomes.size(); ++i) EXPECT_EQ(bool{outcomes[i]}, i % 10 != 3);
  EXPECT_LE(most, 4);
  EXPECT_GT(most, 1);
  EXPECT_THROW(workflows::side_by_side(3, 2, [](std::size_t) -> Result<> { throw 1; }), int);
}

}  // namespace
}  // namespace imprint::test

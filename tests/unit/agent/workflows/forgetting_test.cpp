#include "agent/workflows/forgetting.h"

#include <gtest/gtest.h>

#include "tests/unit/agent/workflows/world.h"

namespace imprint::test {
namespace {

using namespace std::chrono_literals;

class ForgettingTest : public testing::Test {
 protected:
  void SetUp() override {
    // The journal tells ends by the true time.
    world_.clock.set_ahead(std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::system_clock::now() - world_.clock.now()));
    settings_.jobs_kept = 2;
    settings_.jobs_kept_for = 24h;
    settings_.history_kept = 4;
    ASSERT_EQ(agent_.import("/images/one", "first").state, JobState::succeeded);
    ASSERT_EQ(agent_.create("web").state, JobState::succeeded);
    for (int i = 0; i < 2; ++i) {
      agent_.wait(agent_->stop_instance(World::caller, "web", {}));
      agent_.wait(agent_->start_instance(World::caller, "web"));
    }
  }
  std::size_t jobs() { return world_.journal.list(100)->size(); }

  World world_;
  Agent agent_{world_};
  workflows::Ports ports_ = world_.ports();
  workflows::Settings settings_ = World::settings();
  workflows::Forgetting forgetting_{ports_, settings_};
};

TEST_F(ForgettingTest, LeavesJobsThatEndedLately) {
  ASSERT_TRUE(forgetting_.round());
  EXPECT_EQ(jobs(), 6U);
}

TEST_F(ForgettingTest, ForgetsOldJobsButTheNewest) {
  const auto newest = world_.journal.list(2).value();
  world_.clock.advance(25h);
  ASSERT_TRUE(forgetting_.round());
  const auto left = world_.journal.list(100).value();
  ASSERT_EQ(left.size(), 2U);
  EXPECT_EQ(left[0].id, newest[0].id);
  EXPECT_EQ(left[1].id, newest[1].id);
}

TEST_F(ForgettingTest, KeepsInstancesAndImagesOfForgottenJobs) {
  world_.clock.advance(25h);
  ASSERT_TRUE(forgetting_.round());
  EXPECT_TRUE(agent_->show_instance("web"));
  EXPECT_TRUE(agent_->show_image("first"));
  EXPECT_EQ(agent_.wait(agent_->stop_instance(World::caller, "web", {})).state,
            JobState::succeeded);
}

TEST_F(ForgettingTest, LetsTheStoreForgetWhatRecordsWereLongAgo) {
  const Revision now = world_.store.list("")->revision;
  ASSERT_GT(now, 6);
  EXPECT_TRUE(world_.store.watch("", 1));
  ASSERT_TRUE(forgetting_.round());
  EXPECT_FALSE(world_.store.watch("", now - 5));
  EXPECT_TRUE(world_.store.watch("", now - 4)) << "the last changes stay";
}

}  // namespace
}  // namespace imprint::test

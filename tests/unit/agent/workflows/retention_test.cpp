// What is kept is kept as long as was said, whatever becomes of the wall clock.

#include "agent/workflows/retention.h"

#include <gmock/gmock.h>

#include "tests/support/fake_clock.h"
#include "tests/unit/agent/workflows/world.h"

namespace imprint::test {
namespace {

using std::chrono::hours;
using testing::ElementsAre;
using testing::IsEmpty;

class RetentionTest : public testing::Test {
 protected:
  void SetUp() override {
    Agent agent{world};
    agent.import("/images/one", "first");
    ASSERT_EQ(agent.create("web").state, JobState::succeeded);
    web = agent->show_instance("web")->instance;
  }
  /// As the step `record` of a reimage.
  void keep(hours time) {
    web->retained = RetainedSystem{web->system, format_time(clock.now() + time)};
  }
  workflows::Retention::Round look() { return retention.look({*web}, clock); }
  std::string in(hours time) { return format_time(clock.now() + time); }

  World world;
  FakeClock clock;
  std::optional<Instance> web;
  workflows::Retention retention;
};

TEST_F(RetentionTest, EndsAtItsTime) {
  keep(hours{24});
  EXPECT_THAT(look().expired, IsEmpty());
  clock.advance(hours{23});
  EXPECT_THAT(look().expired, IsEmpty());
  clock.advance(hours{1});
  EXPECT_THAT(look().expired, ElementsAre(web->id));
  EXPECT_THAT(look().expired, ElementsAre(web->id)) << "until the record has changed";
}

TEST_F(RetentionTest, EndsAtItsTimeForWhatWasKeptBeforeTheStart) {
  keep(hours{24});
  clock.advance(hours{25});
  EXPECT_THAT(look().expired, ElementsAre(web->id));
}

TEST_F(RetentionTest, NeverEndsAtATimeThatCannotBeRead) {
  for (const char* until : {"", "soon", "2027-01-15"}) {
    web->retained = RetainedSystem{web->system, until};
    EXPECT_THAT(look().expired, IsEmpty()) << until;
  }
}

TEST_F(RetentionTest, GoesOnAsItWasWhenTheClockIsSet) {
  EXPECT_THAT(look().expired, IsEmpty());
  keep(hours{24});
  EXPECT_THAT(look().moved, IsEmpty());
  for (const hours by : {hours{48}, hours{-480}}) {
    clock.set_ahead(by);
    const auto round = look();
    EXPECT_THAT(round.expired, IsEmpty());
    EXPECT_THAT(round.moved, ElementsAre(testing::Pair(web->id, in(hours{24}))));
    EXPECT_THAT(look().moved, ElementsAre(testing::Pair(web->id, in(hours{24}))));
    web->retained->until = round.moved.at(web->id);
    EXPECT_THAT(look().moved, IsEmpty());
  }
  clock.advance(hours{24});
  EXPECT_THAT(look().expired, ElementsAre(web->id));
}

TEST_F(RetentionTest, LeavesTheTimeOfAnOlderSystemAsItIsWhenTheClockIsSet) {
  keep(hours{24});
  EXPECT_THAT(look().expired, IsEmpty());
  clock.set_ahead(hours{480});
  EXPECT_THAT(look().expired, IsEmpty());
  EXPECT_THAT(look().moved, IsEmpty()) << "a clock that was wrong may have been put right";
  clock.advance(hours{24});
  EXPECT_THAT(look().expired, ElementsAre(web->id));
}

TEST_F(RetentionTest, BeginsAnewWithAnotherSystem) {
  keep(hours{1});
  EXPECT_THAT(look().expired, IsEmpty());
  clock.advance(hours{1});
  keep(hours{24});
  EXPECT_THAT(look().expired, IsEmpty());
  web->retained->system.disk.path += ".other";
  clock.advance(hours{23});
  EXPECT_THAT(look().expired, IsEmpty());
}

}  // namespace
}  // namespace imprint::test

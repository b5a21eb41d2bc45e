#include "plugins/watched_hypervisor.h"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <thread>

#include "tests/support/fake_hypervisor.h"
#include "tests/support/gate.h"
#include "tests/support/machines.h"

namespace imprint::test {
namespace {

using namespace std::chrono_literals;

/// A hypervisor whose listing may hang, or be answered late.
class Slow : public FakeHypervisor {
 public:
  Result<std::vector<Listed>> list() override {
    gate.pass();
    auto listed = FakeHypervisor::list();
    if (!listed) return listed;
    ++looks;
    answer.pass();
    return listed;
  }
  Result<HypervisorInfo> info() override {
    ++questions;
    return FakeHypervisor::info();
  }
  Gate gate;
  Gate answer;
  std::atomic<int> questions = 0;  ///< what it is
  std::atomic<int> looks = 0;      ///< listings that have seen what is there
};

class WatchedHypervisorTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(inner_.define(machine_));
    ASSERT_TRUE(inner_.start(machine_.uuid));
    watch_with(times_);
  }
  void watch_with(const WatchTimes& times) {
    watched_.reset();
    watched_.emplace(inner_, times);
    watched_->listen([this](const MachineEvent& event) {
      const std::lock_guard lock{mutex_};
      told_.push_back(event);
    });
  }
  void TearDown() override {
    inner_.gate.open();
    inner_.answer.open();
    watched_.reset();
  }

  [[nodiscard]] PowerState seen() {
    const auto listed = watched_->list();
    if (!listed) return PowerState::unknown;
    return listed->empty() ? PowerState::absent : listed->front().power;
  }
  [[nodiscard]] bool comes_to(const std::function<bool()>& wanted) {
    const auto end = std::chrono::steady_clock::now() + 10s;
    while (std::chrono::steady_clock::now() < end) {
      if (wanted()) return true;
      std::this_thread::sleep_for(5ms);
    }
    return wanted();
  }
  std::vector<std::string> told() {
    const std::lock_guard lock{mutex_};
    std::vector<std::string> words;
    for (const auto& event : told_)
      words.push_back(fmt::format("{} {}", to_string(event.power), event.reason));
    return words;
  }

  Slow inner_;
  Machine machine_ = machine_in("/srv/machines");
  WatchTimes times_{.relist = 50ms, .retry = 20ms, .stale = 500ms, .settle = 300ms};
  std::optional<WatchedHypervisor> watched_;
  std::mutex mutex_;
  std::vector<MachineEvent> told_;
};

TEST_F(WatchedHypervisorTest, KnowsAtOnceWhatIsDoneThroughIt) {
  EXPECT_EQ(seen(), PowerState::running);
  ASSERT_TRUE(watched_->stop(machine_.uuid, 0s));
  EXPECT_EQ(seen(), PowerState::stopped);
  ASSERT_TRUE(watched_->undefine(machine_.uuid));
  EXPECT_EQ(seen(), PowerState::absent);
  ASSERT_TRUE(watched_->define(machine_));
  EXPECT_EQ(seen(), PowerState::stopped);
  ASSERT_TRUE(watched_->start(machine_.uuid));
  EXPECT_EQ(seen(), PowerState::running);
}

TEST_F(WatchedHypervisorTest, KnowsOfAStopWhileTheFirstListingIsUnderWay) {
  watched_.reset();
  inner_.disconnect();
  watched_.emplace(inner_, WatchTimes{.relist = 1h, .retry = 20ms, .stale = 1h, .settle = 300ms});
  const int before = inner_.looks;
  inner_.answer.shut();
  inner_.reconnect();
  ASSERT_TRUE(comes_to([&] { return inner_.looks > before; }));
  ASSERT_TRUE(watched_->stop(machine_.uuid, 0s));
  inner_.answer.open();
  ASSERT_TRUE(comes_to([&] { return seen() != PowerState::unknown; }));
  EXPECT_EQ(seen(), PowerState::stopped);
  EXPECT_EQ(watched_->list()->front().instance, machine_.instance.str());
}

TEST_F(WatchedHypervisorTest, LearnsWhatIsDoneByOthers) {
  inner_.panic(machine_.uuid);
  EXPECT_TRUE(comes_to([&] { return seen() == PowerState::crashed; }));
}

TEST_F(WatchedHypervisorTest, IsUnknownWhileItDoesNotAnswerAndKnownAgainAfterwards) {
  inner_.disconnect();
  EXPECT_TRUE(comes_to([&] { return seen() == PowerState::unknown; }));
  EXPECT_EQ(watched_->info().error().code, Errc::unavailable);
  inner_.reconnect();
  EXPECT_TRUE(comes_to([&] { return seen() == PowerState::running; }));
  EXPECT_TRUE(told().empty()) << "nothing changed";
}

TEST_F(WatchedHypervisorTest, AnswersAtOnceWhileTheListingHangsAndForgetsWhatIsOld) {
  inner_.gate.shut();
  std::this_thread::sleep_for(100ms);
  const auto before = std::chrono::steady_clock::now();
  (void)watched_->list();
  EXPECT_LT(std::chrono::steady_clock::now() - before, 100ms);
  EXPECT_TRUE(comes_to([&] { return seen() == PowerState::unknown; }));
}

TEST_F(WatchedHypervisorTest, StartsWhileTheFirstListingHangs) {
  watched_.reset();
  inner_.gate.shut();
  times_.first = 50ms;
  const auto before = std::chrono::steady_clock::now();
  watched_.emplace(inner_, times_);
  EXPECT_LT(std::chrono::steady_clock::now() - before, 5s);
  EXPECT_EQ(watched_->list().error().code, Errc::unavailable);
  EXPECT_EQ(watched_->info().error().code, Errc::unavailable);
  inner_.gate.open();
  EXPECT_TRUE(comes_to([&] { return seen() == PowerState::running; }));
}

TEST_F(WatchedHypervisorTest, AsksWhatTheHypervisorIsOnceForEachConnection) {
  ASSERT_TRUE(comes_to([&] { return inner_.looks > 3; }));
  EXPECT_EQ(inner_.questions, 1);
  inner_.disconnect();
  ASSERT_TRUE(comes_to([&] { return seen() == PowerState::unknown; }));
  inner_.reconnect();
  ASSERT_TRUE(comes_to([&] { return watched_->info().has_value(); }));
  EXPECT_EQ(inner_.questions, 2);
}

TEST_F(WatchedHypervisorTest, TellsOfASettledStopWithoutLookingAtAllAgain) {
  watch_with({.relist = 1h, .retry = 1h, .stale = 1h, .settle = 300ms});
  const int looks = inner_.looks;
  inner_.power_off(machine_.uuid);
  EXPECT_TRUE(comes_to([&] { return !told().empty(); }));
  EXPECT_EQ(inner_.looks, looks);
}

TEST_F(WatchedHypervisorTest, TellsOfAStopThatWasDoneThroughIt) {
  watch_with({.relist = 1h, .retry = 1h, .stale = 1h, .settle = 300ms});
  inner_.listen({});  // no events
  ASSERT_TRUE(watched_->stop(machine_.uuid, 0s));
  EXPECT_TRUE(comes_to([&] { return !told().empty(); }));
}

TEST_F(WatchedHypervisorTest, TellsOfAStopOnlyWhenItHasSettled) {
  inner_.power_off(machine_.uuid);
  EXPECT_TRUE(comes_to([&] { return seen() == PowerState::stopped; }));
  EXPECT_TRUE(told().empty());
  EXPECT_TRUE(comes_to([&] { return !told().empty(); }));
  EXPECT_TRUE(told().front().starts_with("stopped")) << told().front();
}

TEST_F(WatchedHypervisorTest, TellsOfARebootAndOfNoStop) {
  inner_.power_off(machine_.uuid);
  EXPECT_TRUE(comes_to([&] { return seen() == PowerState::stopped; }));
  ASSERT_TRUE(inner_.start(machine_.uuid));
  EXPECT_TRUE(comes_to([&] { return !told().empty(); }));
  std::this_thread::sleep_for(500ms);
  EXPECT_EQ(told(), std::vector<std::string>{"running rebooted"});
}

}  // namespace
}  // namespace imprint::test

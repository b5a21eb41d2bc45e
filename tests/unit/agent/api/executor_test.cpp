#include "agent/api/executor.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "tests/support/gate.h"

namespace imprint::api {
namespace {

using Admission = Executor::Admission;

struct ExecutorTest : testing::Test {
  /// Occupies the only thread.
  void SetUp() override {
    gate.shut();
    ASSERT_EQ(executor.add("a",
                           [this] {
                             working = true;
                             gate.pass();
                           }),
              Admission::taken);
    while (!working) std::this_thread::yield();
  }
  void TearDown() override { finish(); }
  void finish() {
    gate.open();
    executor.stop();
  }
  Admission add(const std::string& caller) {
    return executor.add(caller, [this, caller] { order += caller; });
  }

  test::Gate gate;
  std::atomic<bool> working{false};
  std::string order;
  Executor executor{{.threads = 1, .queue = 5, .caller = 3}};
};

TEST_F(ExecutorTest, CallersTakeTurns) {
  for (const char* caller : {"a", "a", "a", "b", "c"}) EXPECT_EQ(add(caller), Admission::taken);
  finish();
  EXPECT_EQ(order, "abcaa");
}

TEST_F(ExecutorTest, RefusesWhatIsTooMuchOfOneCallerOrOfAll) {
  for (int i = 0; i < 3; ++i) EXPECT_EQ(add("a"), Admission::taken);
  EXPECT_EQ(add("a"), Admission::caller_full);
  EXPECT_EQ(add("b"), Admission::taken);
  EXPECT_EQ(add("b"), Admission::taken);
  EXPECT_EQ(add("c"), Admission::full);
  finish();
  EXPECT_EQ(order.size(), 5U);
}

TEST_F(ExecutorTest, TakesNothingAfterItsEnd) {
  finish();
  EXPECT_EQ(add("a"), Admission::full);
  EXPECT_EQ(order, "");
}

TEST(ExecutorWithoutQueue, TakesAsMuchAsItHasThreads) {
  test::Gate gate;
  gate.shut();
  Executor executor{{.threads = 2}};
  EXPECT_EQ(executor.add("a", [&] { gate.pass(); }), Admission::taken);
  EXPECT_EQ(executor.add("a", [&] { gate.pass(); }), Admission::taken);
  EXPECT_EQ(executor.add("b", [&] { gate.pass(); }), Admission::full);
  gate.open();
}

}  // namespace
}  // namespace imprint::api

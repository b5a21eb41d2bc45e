#include "plugins/timed_hypervisor.h"

#include <gtest/gtest.h>

#include <thread>

#include "tests/support/fake_hypervisor.h"
#include "tests/support/gate.h"
#include "tests/support/hypervisor_conformance.h"

namespace imprint::test {
namespace {

using namespace std::chrono_literals;

INSTANTIATE_TEST_SUITE_P(Timed, HypervisorConformance,
                         ::testing::Values(HypervisorCase{
                             "timed",
                             [](const std::filesystem::path&) {
                               return std::make_shared<TimedHypervisor>(
                                   std::make_shared<FakeHypervisor>());
                             },
                             {}}));

/// A daemon that accepts every call and answers none while its gate is shut.
class Hanging : public FakeHypervisor {
 public:
  Result<MachineState> state(const std::string& uuid) override {
    gate.pass();
    return FakeHypervisor::state(uuid);
  }
  Result<> start(const std::string& uuid) override {
    gate.pass();
    return FakeHypervisor::start(uuid);
  }
  Gate gate;
};

class TimedHypervisorTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(timed_.define(machine_)); }
  void TearDown() override { inner_->gate.open(); }

  std::shared_ptr<Hanging> inner_ = std::make_shared<Hanging>();
  TimedHypervisor timed_{inner_, {.look = 50ms, .change = 50ms, .most_calls = 3}};
  Machine machine_ = machine_in("/srv/machines");
};

TEST_F(TimedHypervisorTest, GivesUpACallThatHangs) {
  inner_->gate.shut();
  const auto before = std::chrono::steady_clock::now();
  EXPECT_FAILS(timed_.state(machine_.uuid), Errc::unavailable);
  EXPECT_LT(std::chrono::steady_clock::now() - before, 5s);
  inner_->gate.open();
  while (!timed_.state(machine_.uuid)) std::this_thread::sleep_for(1ms);
}

TEST(TimedHypervisorOfAFaultyPlugin, SaysThatWhatThrewIsNotKnown) {
  struct Throwing : FakeHypervisor {
    Result<> start(const std::string&) override { throw std::bad_alloc{}; }
  };
  TimedHypervisor timed{std::make_shared<Throwing>()};
  EXPECT_FAILS(timed.start("a machine"), Errc::unavailable);
}

TEST_F(TimedHypervisorTest, RefusesAChangeWhileAnEarlierOneHangs) {
  inner_->gate.shut();
  EXPECT_FAILS(timed_.start(machine_.uuid), Errc::unavailable);
  EXPECT_FAILS(timed_.undefine(machine_.uuid), Errc::unavailable);
  EXPECT_TRUE(inner_->machine(machine_.uuid)) << "it must not get past the start that hangs";
  inner_->gate.open();
  while (!timed_.stop(machine_.uuid, 0s)) std::this_thread::sleep_for(1ms);
  EXPECT_EQ(inner_->starts(machine_.uuid), 1);
  EXPECT_EQ(timed_.state(machine_.uuid).value().power, PowerState::stopped);
}

TEST_F(TimedHypervisorTest, BoundsTheCallsThatHang) {
  inner_->gate.shut();
  for (int i = 0; i < 3; ++i) EXPECT_FAILS(timed_.state(machine_.uuid), Errc::unavailable);
  const auto refused = timed_.info();
  EXPECT_FAILS(refused, Errc::unavailable);
  EXPECT_NE(refused.error().message.find("3 calls"), std::string::npos);
}

TEST_F(TimedHypervisorTest, ReturnsAtOnceWhenNobodyWaitsAnyMore) {
  auto inner = std::make_shared<Hanging>();
  TimedHypervisor patient{inner, {.look = 60s, .change = 60s}};
  ASSERT_TRUE(patient.define(machine_));
  inner->gate.shut();
  const auto before = std::chrono::steady_clock::now();
  std::jthread ends{[&] {
    std::this_thread::sleep_for(50ms);
    patient.give_up();
  }};
  EXPECT_FAILS(patient.start(machine_.uuid), Errc::unavailable);
  EXPECT_LT(std::chrono::steady_clock::now() - before, 20s);
  EXPECT_FAILS(patient.define(machine_), Errc::unavailable);
  inner->gate.open();
}

TEST_F(TimedHypervisorTest, OutlivesACallThatHangs) {
  auto inner = std::make_shared<Hanging>();
  const std::weak_ptr<Hanging> watched = inner;
  {
    TimedHypervisor brief{inner, {.look = 10ms, .change = 10ms}};
    inner->gate.shut();
    EXPECT_FAILS(brief.state(machine_.uuid), Errc::unavailable);
  }
  inner->gate.open();
  inner.reset();
  while (!watched.expired()) std::this_thread::sleep_for(1ms);
}

}  // namespace
}  // namespace imprint::test

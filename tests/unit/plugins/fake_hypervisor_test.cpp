#include "tests/support/fake_hypervisor.h"

#include <gtest/gtest.h>

#include "tests/support/hypervisor_conformance.h"

namespace imprint::test {
namespace {

INSTANTIATE_TEST_SUITE_P(Fake, HypervisorConformance,
                         ::testing::Values(HypervisorCase{
                             "fake",
                             [](const std::filesystem::path&) {
                               return std::make_shared<FakeHypervisor>();
                             },
                             {}}));

class FakeHypervisorTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(fake_.define(machine_)); }
  FakeHypervisor fake_;
  Machine machine_ = machine_in("/srv/machines");
};

TEST_F(FakeHypervisorTest, FailsOnOrderWithoutAnEffect) {
  fake_.fail_next(FakeHypervisor::Call::start, make_error(Errc::exhausted, "no memory"));
  EXPECT_FAILS(fake_.start(machine_.uuid), Errc::exhausted);
  EXPECT_EQ(fake_.starts(machine_.uuid), 0);
  EXPECT_OK(fake_.start(machine_.uuid));
}

TEST_F(FakeHypervisorTest, LosesAnAnswerAfterTheEffect) {
  fake_.lose_answer(FakeHypervisor::Call::start);
  EXPECT_FAILS(fake_.start(machine_.uuid), Errc::unavailable);
  EXPECT_EQ(fake_.state(machine_.uuid).value().power, PowerState::running);
}

TEST_F(FakeHypervisorTest, AnswersNothingWhileDisconnected) {
  fake_.disconnect();
  EXPECT_FAILS(fake_.state(machine_.uuid), Errc::unavailable);
  fake_.reconnect();
  EXPECT_EQ(fake_.state(machine_.uuid).value().power, PowerState::stopped);
}

TEST_F(FakeHypervisorTest, RunsTheGuestOfTheDisk) {
  fake_.set_guest("system.1", Guest::panics());
  ASSERT_TRUE(fake_.start(machine_.uuid));
  EXPECT_EQ(fake_.state(machine_.uuid).value().power, PowerState::crashed);
  EXPECT_NE(fake_.console_tail(machine_.uuid, 4096).value().find("Kernel panic"),
            std::string::npos);
  EXPECT_EQ(fake_.stop(machine_.uuid, std::chrono::seconds{60}).value(), StopOutcome::forced);
}

TEST_F(FakeHypervisorTest, NeverTouchesAForeignMachine) {
  const std::string uuid = random_uuid();
  fake_.add_foreign(uuid, "appliance");
  EXPECT_FAILS(fake_.stop(uuid, std::chrono::seconds{0}), Errc::denied);
  EXPECT_FAILS(fake_.undefine(uuid), Errc::denied);
  EXPECT_EQ(fake_.list().value().size(), 1U);
}

}  // namespace
}  // namespace imprint::test

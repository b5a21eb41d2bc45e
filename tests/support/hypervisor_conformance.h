#pragma once
// What agent/ports/hypervisor.h promises, as tests for every implementation. A test program
// includes this file once and names its implementations with INSTANTIATE_TEST_SUITE_P(NAME,
// HypervisorConformance, ::testing::Values(CASE...)).

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <ostream>
#include <string>
#include <vector>

#include "agent/ports/hypervisor.h"
#include "tests/support/machines.h"
#include "tests/support/temp_folder.h"

namespace imprint::test {

/// One implementation. No guest is ever needed: the system disks are empty.
struct HypervisorCase {
  std::string name;
  /// A hypervisor without any machine of ours. `folder` is empty and stays until the test ends.
  std::function<std::shared_ptr<Hypervisor>(const std::filesystem::path& folder)> create;
  /// Makes what the machine needs before it can be defined and started, in `folder`. May be empty.
  std::function<void(const Machine& machine)> prepare;

  friend std::ostream& operator<<(std::ostream& out, const HypervisorCase& one) {
    return out << one.name;
  }
};

class HypervisorConformance : public ::testing::TestWithParam<HypervisorCase> {
 protected:
  void SetUp() override {
    hypervisor_ = GetParam().create(folder_.path());
    ASSERT_NE(hypervisor_, nullptr);
    prepare(machine_);
    prepare(next_);
  }
  void TearDown() override {
    if (!hypervisor_) return;
    (void)hypervisor_->stop(machine_.uuid, std::chrono::seconds{0});
    (void)hypervisor_->undefine(machine_.uuid);
  }
  void prepare(const Machine& machine) {
    if (GetParam().prepare) GetParam().prepare(machine);
  }
  MachineState state() {
    Result<MachineState> state = hypervisor_->state(machine_.uuid);
    EXPECT_TRUE(state) << state.error().message;
    return state ? *state : MachineState{};
  }

  TempFolder folder_;
  std::shared_ptr<Hypervisor> hypervisor_;
  Machine machine_ = machine_in(folder_.path());
  Machine next_ = reimaged(machine_, folder_.path());
};

#define EXPECT_OK(expression)                                                  \
  do {                                                                         \
    const auto result_of_ = (expression);                                      \
    EXPECT_TRUE(result_of_) << #expression << ": "                             \
                            << (result_of_ ? "" : result_of_.error().message); \
  } while (false)

#define EXPECT_FAILS(expression, errc)                                      \
  do {                                                                      \
    const auto result_of_ = (expression);                                   \
    ASSERT_FALSE(result_of_) << #expression << " succeeded";                \
    EXPECT_EQ(result_of_.error().code, errc) << result_of_.error().message; \
  } while (false)

TEST_P(HypervisorConformance, SaysWhatItIs) {
  const auto info = hypervisor_->info();
  ASSERT_TRUE(info) << info.error().message;
  EXPECT_FALSE(info->version.empty());
  EXPECT_TRUE(info->accelerator == "kvm" || info->accelerator == "tcg") << info->accelerator;
  EXPECT_FALSE(info->accelerator_why.empty());
}

TEST_P(HypervisorConformance, KnowsThatAMachineIsAbsent) {
  EXPECT_EQ(state().power, PowerState::absent);
  EXPECT_OK(hypervisor_->undefine(machine_.uuid));
  EXPECT_FAILS(hypervisor_->start(machine_.uuid), Errc::not_found);
  EXPECT_FAILS(hypervisor_->stop(machine_.uuid, std::chrono::seconds{0}), Errc::not_found);
  EXPECT_FAILS(hypervisor_->swap_system_disk(next_, machine_.system.path), Errc::not_found);
  EXPECT_FAILS(hypervisor_->console_tail(machine_.uuid, 10), Errc::not_found);
}

TEST_P(HypervisorConformance, DefinesAMachineStoppedAndAgainWithoutHarm) {
  ASSERT_TRUE(hypervisor_->define(machine_));
  EXPECT_OK(hypervisor_->define(machine_));
  EXPECT_EQ(state().power, PowerState::stopped);
  EXPECT_EQ(state().system_path, machine_.system.path);
}

TEST_P(HypervisorConformance, DoesNotOverwriteADefinitionByAnother) {
  ASSERT_TRUE(hypervisor_->define(machine_));
  EXPECT_FAILS(hypervisor_->define(next_), Errc::conflict);
  Machine other_data = machine_;
  other_data.data_disks.clear();
  EXPECT_FAILS(hypervisor_->define(other_data), Errc::conflict);
  EXPECT_EQ(state().system_path, machine_.system.path);
}

TEST_P(HypervisorConformance, RefusesASecondMachineOfTheSameName) {
  ASSERT_TRUE(hypervisor_->define(machine_));
  Machine impostor = machine_;
  impostor.uuid = random_uuid();
  EXPECT_FAILS(hypervisor_->define(impostor), Errc::conflict);
}

TEST_P(HypervisorConformance, RefusesAMachineThatCannotBe) {
  machine_.cpus = 0;
  EXPECT_FAILS(hypervisor_->define(machine_), Errc::invalid);
  machine_.cpus = 1;
  machine_.system.path = "relative.qcow2";
  EXPECT_FAILS(hypervisor_->define(machine_), Errc::invalid);
  EXPECT_EQ(state().power, PowerState::absent);
}

TEST_P(HypervisorConformance, ListsItsMachines) {
  const auto before = hypervisor_->list();
  ASSERT_TRUE(before) << before.error().message;
  EXPECT_TRUE(before->empty());
  ASSERT_TRUE(hypervisor_->define(machine_));
  const auto after = hypervisor_->list();
  ASSERT_TRUE(after) << after.error().message;
  ASSERT_EQ(after->size(), 1U);
  EXPECT_EQ(after->front().uuid, machine_.uuid);
  EXPECT_EQ(after->front().instance, machine_.instance.str());
  EXPECT_EQ(after->front().power, PowerState::stopped);
}

TEST_P(HypervisorConformance, StartsAndEndsAMachine) {
  ASSERT_TRUE(hypervisor_->define(machine_));
  EXPECT_OK(hypervisor_->start(machine_.uuid));
  EXPECT_OK(hypervisor_->start(machine_.uuid));
  EXPECT_EQ(state().power, PowerState::running);
  EXPECT_EQ(state().system_path, machine_.system.path);

  const auto stopped = hypervisor_->stop(machine_.uuid, std::chrono::seconds{0});
  ASSERT_TRUE(stopped) << stopped.error().message;
  EXPECT_EQ(*stopped, StopOutcome::forced);
  EXPECT_EQ(state().power, PowerState::stopped);
  const auto again = hypervisor_->stop(machine_.uuid, std::chrono::seconds{0});
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(*again, StopOutcome::was_stopped);
}

TEST_P(HypervisorConformance, KeepsTheDefinitionOfARunningMachine) {
  ASSERT_TRUE(hypervisor_->define(machine_));
  ASSERT_TRUE(hypervisor_->start(machine_.uuid));
  EXPECT_FAILS(hypervisor_->undefine(machine_.uuid), Errc::conflict);
  EXPECT_FAILS(hypervisor_->swap_system_disk(next_, machine_.system.path), Errc::conflict);
  EXPECT_EQ(state().power, PowerState::running);
  EXPECT_EQ(state().system_path, machine_.system.path);
}

TEST_P(HypervisorConformance, UndefinesAStoppedMachine) {
  ASSERT_TRUE(hypervisor_->define(machine_));
  EXPECT_OK(hypervisor_->undefine(machine_.uuid));
  EXPECT_EQ(state().power, PowerState::absent);
}

TEST_P(HypervisorConformance, SwapsTheSystemDiskAndBack) {
  ASSERT_TRUE(hypervisor_->define(machine_));
  EXPECT_OK(hypervisor_->swap_system_disk(next_, machine_.system.path));
  EXPECT_OK(hypervisor_->swap_system_disk(next_, machine_.system.path));
  EXPECT_EQ(state().system_path, next_.system.path);
  EXPECT_OK(hypervisor_->start(machine_.uuid));
  EXPECT_EQ(state().system_path, next_.system.path);
  EXPECT_OK(hypervisor_->stop(machine_.uuid, std::chrono::seconds{0}));
  EXPECT_OK(hypervisor_->swap_system_disk(machine_, next_.system.path));
  EXPECT_EQ(state().system_path, machine_.system.path);
  EXPECT_OK(hypervisor_->define(machine_));
}

TEST_P(HypervisorConformance, SwapsOnlyTheDiskThatItWasToldOf) {
  ASSERT_TRUE(hypervisor_->define(machine_));
  EXPECT_FAILS(hypervisor_->swap_system_disk(next_, "/elsewhere.qcow2"), Errc::conflict);
  EXPECT_EQ(state().system_path, machine_.system.path);
}

TEST_P(HypervisorConformance, SwapsNothingButTheSystem) {
  ASSERT_TRUE(hypervisor_->define(machine_));
  Machine other = next_;
  other.data_disks.front().path += ".other";
  EXPECT_FAILS(hypervisor_->swap_system_disk(other, machine_.system.path), Errc::conflict);
  other = next_;
  other.data_disks.clear();
  EXPECT_FAILS(hypervisor_->swap_system_disk(other, machine_.system.path), Errc::conflict);
  other = next_;
  other.memory *= 2;
  EXPECT_FAILS(hypervisor_->swap_system_disk(other, machine_.system.path), Errc::conflict);
  EXPECT_EQ(state().system_path, machine_.system.path);
}

TEST_P(HypervisorConformance, HasNoConsoleAndNoAgentBeforeTheFirstStart) {
  ASSERT_TRUE(hypervisor_->define(machine_));
  const auto tail = hypervisor_->console_tail(machine_.uuid, 4096);
  ASSERT_TRUE(tail) << tail.error().message;
  EXPECT_EQ(*tail, "");
  EXPECT_FAILS(hypervisor_->ping_agent(machine_.uuid, std::chrono::seconds{1}), Errc::unavailable);
}

TEST_P(HypervisorConformance, TellsWhenAMachineStartsAndStops) {
  std::mutex mutex;
  std::condition_variable told;
  std::vector<PowerState> states;
  hypervisor_->listen([&](const MachineEvent& event) {
    const std::lock_guard lock{mutex};
    if (event.uuid == machine_.uuid) states.push_back(event.power);
    told.notify_all();
  });
  ASSERT_TRUE(hypervisor_->define(machine_));
  ASSERT_TRUE(hypervisor_->start(machine_.uuid));
  ASSERT_TRUE(hypervisor_->stop(machine_.uuid, std::chrono::seconds{0}));
  {
    std::unique_lock lock{mutex};
    const bool complete = told.wait_for(lock, std::chrono::seconds{20}, [&] {
      return !states.empty() && states.back() == PowerState::stopped;
    });
    EXPECT_TRUE(complete) << states.size() << " events";
    EXPECT_NE(std::find(states.begin(), states.end(), PowerState::running), states.end());
  }
  hypervisor_->listen({});
}

}  // namespace imprint::test

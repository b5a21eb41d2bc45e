// Runs under tests/support/private-libvirtd: qemu:///system is a daemon of this test's own.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <thread>

#include "plugins/libvirt/libvirt_hypervisor.h"
#include "tests/support/hypervisor_conformance.h"
#include "tests/support/real_disks.h"

namespace imprint::test {

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(HypervisorConformance);  // embed_test.cpp runs it

namespace {

using namespace std::chrono_literals;

void helper(const std::string& name) {
  run_or_fail({std::string{std::getenv("PRIVATE_LIBVIRTD")} + "/bin/" + name});
}

class PrivateLibvirtd : public ::testing::Test {
 protected:
  void SetUp() override {
    if (std::getenv("PRIVATE_LIBVIRTD") == nullptr)
      GTEST_SKIP() << "runs under tests/support/private-libvirtd only";
    connect();
    make_disks(machine_);
    ASSERT_TRUE(hypervisor_->define(machine_));
    const auto started = hypervisor_->start(machine_.uuid);
    ASSERT_TRUE(started) << started.error().message;
  }
  void TearDown() override {
    if (hypervisor_) (void)hypervisor_->stop(machine_.uuid, 0s);
  }
  void connect() {
    auto created = libvirt::LibvirtHypervisor::create({{"accelerator", "tcg"}});
    ASSERT_TRUE(created) << created.error().message;
    hypervisor_ = std::move(*created);
  }
  /// Waits until the state is known and says what it is.
  PowerState known_state(std::chrono::seconds limit) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (std::chrono::steady_clock::now() < deadline) {
      if (const auto state = hypervisor_->state(machine_.uuid)) return state->power;
      std::this_thread::sleep_for(100ms);
    }
    return PowerState::unknown;
  }

  TempFolder folder_;
  std::unique_ptr<Hypervisor> hypervisor_;
  Machine machine_ = machine_in(folder_.path());
};

TEST_F(PrivateLibvirtd, MachineRunsOnWhenTheConnectionIsClosed) {
  hypervisor_.reset();
  connect();
  EXPECT_EQ(hypervisor_->state(machine_.uuid).value().power, PowerState::running);
}

TEST_F(PrivateLibvirtd, MachineSurvivesAKilledDaemonAndEventsFlowAgain) {
  std::mutex mutex;
  std::condition_variable told;
  std::vector<MachineEvent> events;
  hypervisor_->listen([&](const MachineEvent& event) {
    const std::lock_guard lock{mutex};
    events.push_back(event);
    told.notify_all();
  });
  const auto heard = [&](PowerState power, const std::string& reason) {
    std::unique_lock lock{mutex};
    return told.wait_for(lock, 30s, [&] {
      return std::ranges::any_of(events, [&](const MachineEvent& event) {
        return event.uuid == machine_.uuid && event.power == power && event.reason == reason;
      });
    });
  };
  helper("kill-libvirtd");
  helper("start-libvirtd");
  EXPECT_EQ(known_state(30s), PowerState::running);
  EXPECT_TRUE(heard(PowerState::running, "connected"));
  ASSERT_TRUE(hypervisor_->stop(machine_.uuid, 0s));
  EXPECT_TRUE(heard(PowerState::stopped, "destroyed"));
  hypervisor_->listen({});
}

TEST_F(PrivateLibvirtd, NothingIsKnownWhileTheDaemonIsDown) {
  helper("kill-libvirtd");
  for (int round = 0; round < 5; ++round) {
    EXPECT_FAILS(hypervisor_->state(machine_.uuid), Errc::unavailable);
    EXPECT_FAILS(hypervisor_->list(), Errc::unavailable);
    EXPECT_FAILS(hypervisor_->stop(machine_.uuid, 0s), Errc::unavailable);
    EXPECT_FAILS(hypervisor_->undefine(machine_.uuid), Errc::unavailable);
  }
  helper("start-libvirtd");
  EXPECT_EQ(known_state(30s), PowerState::running);
}

TEST_F(PrivateLibvirtd, AHungDaemonDoesNotHoldACallerForEver) {
  helper("stop-libvirtd");
  const auto before = std::chrono::steady_clock::now();
  EXPECT_FAILS(hypervisor_->state(machine_.uuid), Errc::unavailable);
  EXPECT_LT(std::chrono::steady_clock::now() - before, 30s);
  helper("continue-libvirtd");
  EXPECT_EQ(known_state(30s), PowerState::running);
}

}  // namespace
}  // namespace imprint::test

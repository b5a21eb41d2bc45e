// Lets every single call of the hypervisor fail once, in each way that a call can fail, and looks
// at what is true when the job has ended.

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <new>
#include <stdexcept>
#include <system_error>

#include "plugins/timed_hypervisor.h"
#include "tests/unit/agent/workflows/world.h"

namespace imprint::test {
namespace {

struct Fault {
  Errc code;
  bool after;  ///< the call took effect, only its answer is lost
  void (*thrown)() = nullptr;
};

void no_memory() {
  throw std::bad_alloc{};
}
void no_thread() {
  throw std::system_error{EAGAIN, std::generic_category()};
}
void bug() {
  throw std::out_of_range{"broken on purpose"};
}

/// What the port allows: an answer may be lost only where it is called unknown. And what anything
/// may throw.
constexpr std::array<Fault, 12> faults{{{Errc::unavailable, false},
                                        {Errc::unavailable, true},
                                        {Errc::denied, false},
                                        {Errc::conflict, false},
                                        {Errc::invalid, false},
                                        {Errc::internal, false},
                                        {Errc::exhausted, false, no_memory},
                                        {Errc::exhausted, true, no_memory},
                                        {Errc::exhausted, false, no_thread},
                                        {Errc::exhausted, true, no_thread},
                                        {Errc::internal, false, bug},
                                        {Errc::internal, true, bug}}};

/// One call of another hypervisor fails, counted from 0 and from arm() on.
class FaultyHypervisor : public Hypervisor {
 public:
  FaultyHypervisor(Hypervisor& real, int at, Fault fault) : real_{real}, at_{at}, fault_{fault} {}
  void arm() { armed_ = true; }
  void disarm() { armed_ = false; }
  [[nodiscard]] bool failed() const { return count_ > at_; }

  Result<HypervisorInfo> info() override { return real_.info(); }
  Result<> define(const Machine& machine) override {
    return pass([&] { return real_.define(machine); });
  }
  Result<> undefine(const std::string& uuid) override {
    return pass([&] { return real_.undefine(uuid); });
  }
  Result<> start(const std::string& uuid) override {
    return pass([&] { return real_.start(uuid); });
  }
  Result<StopOutcome> stop(const std::string& uuid, std::chrono::seconds grace) override {
    return pass([&] { return real_.stop(uuid, grace); });
  }
  Result<> swap_system_disk(const Machine& machine, const std::string& expected_system) override {
    return pass([&] { return real_.swap_system_disk(machine, expected_system); });
  }
  Result<MachineState> state(const std::string& uuid) override {
    return pass([&] { return real_.state(uuid); });
  }
  Result<std::vector<Listed>> list() override { return real_.list(); }
  Result<std::string> console_tail(const std::string& uuid, std::size_t bytes) override {
    return pass([&] { return real_.console_tail(uuid, bytes); });
  }
  Result<> ping_agent(const std::string& uuid, std::chrono::seconds wait) override {
    return pass([&] { return real_.ping_agent(uuid, wait); });
  }
  void listen(Listener listener) override { real_.listen(std::move(listener)); }

 private:
  template <class Call>
  auto pass(Call call) -> decltype(call()) {
    if (!armed_ || count_++ != at_) return call();
    if (fault_.after) static_cast<void>(call().has_value());
    if (fault_.thrown != nullptr) fault_.thrown();
    return Error{fault_.code, "broken on purpose"};
  }

  Hypervisor& real_;
  int at_;
  Fault fault_;
  std::atomic<bool> armed_ = false;
  std::atomic<int> count_ = 0;
};

struct Scene {
  std::string name;
  std::function<void(Agent&)> before;
  std::function<Result<Job>(workflows::JobRunner&)> order;
  /// What people order when a step that only goes forward met the fault. Empty: there is none.
  std::function<Result<Job>(workflows::JobRunner&)> mend = {};
};

Job end_of(workflows::JobRunner& runner, const Result<Job>& ordered) {
  EXPECT_TRUE(ordered) << (ordered ? "" : ordered.error().message);
  Job job = *ordered;
  while (!is_final(job.state)) job = runner.watch_job(job.id, "", std::chrono::seconds{20}).value();
  return job;
}

/// The definition is that of the record, the machine is as it is wanted, data disks are untouched.
void expect_whole(World& world) {
  workflows::Records records{world.store};
  const auto instances = *records.instances();
  for (const Instance& instance : instances) {
    const auto machine = world.hypervisor.machine(instance.uuid);
    ASSERT_TRUE(machine) << instance.name;
    EXPECT_EQ(machine->system.path, instance.system.disk.path);
    EXPECT_EQ(machine->seed.path, instance.system.seed.path);
    EXPECT_EQ(world.hypervisor.state(instance.uuid)->power,
              instance.wanted_running ? PowerState::running : PowerState::stopped);
    for (const Disk& disk : instance.data_disks)
      EXPECT_EQ(world.volumes.content(disk.path), instance.name == "web" ? "precious" : "empty");
  }
  EXPECT_EQ(world.hypervisor.list()->size(), instances.size());
}

/// False: there is no such call any more.
bool fail_once(const Scene& scene, int at, Fault fault) {
  SCOPED_TRACE(fmt::format("{}: call {} {} {}{}", scene.name, at,
                           fault.thrown != nullptr ? "throws" : "fails as", to_string(fault.code),
                           fault.after ? ", after its effect" : ""));
  World world;
  {
    Agent agent{world};
    scene.before(agent);
  }
  for (const std::string& path : world.volumes.paths())
    if (path.find("/data-") != std::string::npos) world.volumes.write(path, "precious");
  const auto faulty = std::make_shared<FaultyHypervisor>(world.hypervisor, at, fault);
  TimedHypervisor timed{faulty, {}};
  workflows::Ports ports{world.store,     world.journal, timed,      world.volumes,
                         world.inspector, world.source,  world.clock};
  workflows::JobRunner runner{ports, World::settings()};
  EXPECT_TRUE(runner.recover());
  faulty->arm();
  const Job job = end_of(runner, scene.order(runner));
  faulty->disarm();
  if (scene.mend && job.state == JobState::needs_attention)
    EXPECT_EQ(end_of(runner, scene.mend(runner)).state, JobState::succeeded);
  else
    EXPECT_NE(job.state, JobState::needs_attention) << job.error->message;
  expect_whole(world);
  return faulty->failed();
}

void sweep(const Scene& scene) {
  int calls = 0;
  for (const Fault fault : faults) {
    int at = 0;
    while (fail_once(scene, at, fault) && !testing::Test::HasFailure()) ASSERT_LT(++at, 100);
    calls += at;
  }
  EXPECT_GE(calls, static_cast<int>(faults.size())) << "it never asked the hypervisor";
  testing::Test::RecordProperty("calls", calls);
  fmt::print("{}: {} calls failed\n", scene.name, calls);
}

void web(Agent& agent) {
  agent.import("/images/one", "first");
  agent.import("/images/two", "second");
  ASSERT_EQ(agent.create("web").state, JobState::succeeded);
}
void reimaged(Agent& agent) {
  web(agent);
  agent.wait(agent->reimage_instance(World::caller, "web", reimage_request()));
}
void stopped(Agent& agent) {
  web(agent);
  agent.wait(agent->stop_instance(World::caller, "web", {}));
}

using workflows::JobRunner;

/// Of machines whose definitions somebody removed while they ran: they are gone with their end.
class GoneWithTheirEnd : public FaultyHypervisor {
 public:
  explicit GoneWithTheirEnd(Hypervisor& real) : FaultyHypervisor{real, -1, {}}, real_{real} {}
  Result<StopOutcome> stop(const std::string& uuid, std::chrono::seconds grace) override {
    TRY(real_.stop(uuid, grace));
    TRY(real_.undefine(uuid));
    return make_error(Errc::not_found, "machine '{}': does not exist", uuid);
  }

 private:
  Hypervisor& real_;
};

TEST(RemovedWhileItRan, IsStoppedWithItsEnd) {
  for (const auto& order : std::vector<std::function<Result<Job>(JobRunner&)>>{
           [](JobRunner& runner) { return runner.stop_instance(World::caller, "web", {}); },
           [](JobRunner& runner) {
             return runner.reimage_instance(World::caller, "web", reimage_request());
           },
           [](JobRunner& runner) { return runner.release_instance(World::caller, "web"); }}) {
    World world;
    {
      Agent agent{world};
      web(agent);
    }
    GoneWithTheirEnd hypervisor{world.hypervisor};
    workflows::Ports ports{world.store,     world.journal, hypervisor, world.volumes,
                           world.inspector, world.source,  world.clock};
    JobRunner runner{ports, World::settings()};
    ASSERT_TRUE(runner.recover());
    const Job job = end_of(runner, order(runner));
    EXPECT_EQ(job.state, JobState::succeeded) << job.error->message;
  }
}

TEST(FaultSweep, Create) {
  sweep({"create", web, [](JobRunner& runner) {
           return runner.create_instance(World::caller, create_request("db"));
         }});
}

TEST(FaultSweep, Reimage) {
  sweep({"reimage", web, [](JobRunner& runner) {
           return runner.reimage_instance(World::caller, "web", reimage_request());
         }});
}

TEST(FaultSweep, ReimageOfAStoppedMachine) {
  sweep({"reimage stopped", stopped,
         [](JobRunner& runner) {
           return runner.reimage_instance(World::caller, "web", reimage_request());
         },
         [](JobRunner& runner) { return runner.stop_instance(World::caller, "web", {}); }});
}

TEST(FaultSweep, Revert) {
  sweep({"revert", reimaged,
         [](JobRunner& runner) { return runner.revert_instance(World::caller, "web"); }});
}

TEST(FaultSweep, Release) {
  const auto release = [](JobRunner& runner) {
    return runner.release_instance(World::caller, "web");
  };
  sweep({"release", web, release, release});
}

TEST(FaultSweep, Start) {
  sweep({"start", stopped,
         [](JobRunner& runner) { return runner.start_instance(World::caller, "web"); }});
}

TEST(FaultSweep, Stop) {
  sweep({"stop", web,
         [](JobRunner& runner) { return runner.stop_instance(World::caller, "web", {}); }});
}

}  // namespace
}  // namespace imprint::test

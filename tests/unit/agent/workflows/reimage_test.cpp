#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/workflows/exchange.h"
#include "tests/unit/agent/workflows/world.h"

namespace imprint::test {
namespace {

using testing::HasSubstr;
using Call = FakeHypervisor::Call;

const Error broken{Errc::internal, "broken on purpose"};

/// A machine "web" of image "first", with a data disk that holds something.
class Reimage : public testing::Test {
 protected:
  void SetUp() override {
    world.volumes.write(before.data_disks.at(0).path, "precious");
    starts = world.hypervisor.starts(before.uuid);
    paths = world.volumes.paths();
  }
  Instance prepare() {
    agent.import("/images/one", "first");
    agent.import("/images/two", "second");
    EXPECT_EQ(agent.create("web").state, JobState::succeeded);
    return web();
  }
  Instance web() { return agent->show_instance("web")->instance; }
  Job reimage(const ReimageInstance& request = reimage_request()) {
    return agent.wait(agent->reimage_instance(World::caller, "web", request));
  }
  Job revert() { return agent.wait(agent->revert_instance(World::caller, "web")); }
  PowerState power() { return world.hypervisor.state(before.uuid)->power; }
  std::string defined() { return world.hypervisor.machine(before.uuid)->system.path; }

  void expect_old_system(PowerState state = PowerState::running) {
    EXPECT_EQ(defined(), before.system.disk.path);
    EXPECT_EQ(world.hypervisor.machine(before.uuid)->seed.path, before.system.seed.path);
    EXPECT_EQ(power(), state);
    EXPECT_EQ(web().system.disk.path, before.system.disk.path);
    EXPECT_EQ(world.volumes.paths(), paths) << "nothing may be left behind";
    EXPECT_EQ(world.volumes.content(before.data_disks.at(0).path), "precious");
  }

  World world;
  Agent agent{world};
  Instance before = prepare();
  int starts = 0;
  std::vector<std::string> paths;
};

TEST_F(Reimage, PutsTheNewSystemInPlaceAndKeepsTheOldOne) {
  const Job job = reimage();
  ASSERT_EQ(job.state, JobState::succeeded) << job.error->message;
  const Instance now = web();
  EXPECT_EQ(now.system.image_name, "second@1");
  EXPECT_EQ(defined(), now.system.disk.path);
  EXPECT_EQ(power(), PowerState::running);
  EXPECT_NE(now.system.cloud_instance_id, before.system.cloud_instance_id);
  ASSERT_TRUE(now.retained);
  EXPECT_EQ(now.retained->system.disk.path, before.system.disk.path);
  EXPECT_EQ(world.volumes.content(before.data_disks.at(0).path), "precious");
  EXPECT_GT(now.generation, before.generation);
  EXPECT_EQ(now.mac, before.mac);
}

TEST_F(Reimage, TellsHowLongTheMachineWasAway) {
  const Json downtime = reimage().result.at("downtime");
  EXPECT_GE(downtime.at("milliseconds").get<int>(), downtime.at("stop").get<int>());
  ASSERT_EQ(agent.wait(agent->stop_instance(World::caller, "web", {})).state, JobState::succeeded);
  EXPECT_FALSE(reimage().result.contains("downtime")) << "it was off before";
}

TEST(Downtime, LastsFromTheRequestToStopUntilTheNewSystemRuns) {
  Job job = blank_job();
  const auto step = [](const char* name, const char* began, const char* ended) {
    const std::string day = "2026-08-31T23:59:";
    return JobStep{name, "", StepState::done, day + began, day + ended};
  };
  job.steps = {step("seed", "00.000Z", "01.000Z"), step("stop", "01.500Z", "03.250Z"),
               step("swap", "03.260Z", "03.300Z"), step("start", "03.310Z", "03.990Z"),
               step("confirm", "04.000Z", "59.000Z")};
  EXPECT_EQ(workflows::downtime_of(job),
            (Json{{"milliseconds", 2490}, {"stop", 1750}, {"swap", 40}, {"start", 680}}));
  job.steps[2].state = StepState::running;
  EXPECT_EQ(workflows::downtime_of(job), nullptr);
}

TEST_F(Reimage, UsesTheUserDataOfTheCreateUnlessItIsGivenNew) {
  reimage();
  EXPECT_THAT(world.volumes.content(web().system.seed.path), HasSubstr(World::secret));
  ReimageInstance request = reimage_request();
  request.user_data = Secret{"other data"};
  ASSERT_EQ(reimage(request).state, JobState::succeeded);
  EXPECT_THAT(world.volumes.content(web().system.seed.path), HasSubstr("other data"));
  ASSERT_EQ(reimage().state, JobState::succeeded);
  EXPECT_THAT(world.volumes.content(web().system.seed.path), HasSubstr(World::secret));
}

TEST_F(Reimage, RefusesWhenTheLossIsNotAccepted) {
  ReimageInstance request;
  request.image = "second";
  const auto refused = agent->reimage_instance(World::caller, "web", request);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::invalid);
  EXPECT_TRUE(agent->plan_reimage("web", request)) << "it can be planned all the same";
}

TEST_F(Reimage, OfARecordFromABackupTouchesNoFilesThatTheMachineHas) {
  const auto backup = world.contents->entries;
  ASSERT_EQ(reimage().state, JobState::succeeded);
  const System used = web().system;
  world.contents->entries = backup;
  ReimageInstance request = reimage_request("first");
  request.user_data = Secret{"other"};
  const std::string disk = world.volumes.content(used.disk.path);
  const std::string seed = world.volumes.content(used.seed.path);
  EXPECT_EQ(reimage(request).state, JobState::failed) << "the record is not true";
  EXPECT_EQ(world.volumes.content(used.disk.path), disk);
  EXPECT_EQ(world.volumes.content(used.seed.path), seed);
}

TEST_F(Reimage, TakesNoFileOfAForgottenSystemForANewOne) {
  const auto backup = world.contents->entries;
  ASSERT_EQ(reimage().state, JobState::succeeded);
  const std::string forgotten = web().system.disk.path;
  ASSERT_EQ(revert().state, JobState::succeeded);
  world.contents->entries = backup;
  ASSERT_EQ(reimage().state, JobState::succeeded);
  EXPECT_NE(defined(), forgotten);
}

TEST_F(Reimage, PlansWithoutAnyEffect) {
  const auto recorded = world.everything_recorded();
  const Plan plan = *agent->plan_reimage("web", reimage_request());
  ASSERT_GT(plan.steps.size(), 5U);
  EXPECT_THAT(plan.lost.at(0), HasSubstr(before.system.disk.serial));
  EXPECT_THAT(plan.kept.at(0), HasSubstr(before.data_disks.at(0).serial));
  EXPECT_EQ(world.everything_recorded(), recorded);
}

TEST_F(Reimage, RollsBackWhenTheGuestPanicsAndTellsTheConsole) {
  world.hypervisor.set_guest(World::digest_of_image("two"), Guest::panics());
  const Job job = reimage();
  EXPECT_EQ(job.state, JobState::rolled_back);
  EXPECT_THAT(job.error->message, HasSubstr("Unable to mount root fs"));
  expect_old_system();
}

TEST_F(Reimage, WaitsForRoomWhenItRollsBack) {
  world.hypervisor.set_guest(World::digest_of_image("two"), Guest::panics());
  for (const char* call : {"remove_disk", "load_secrets"})
    world.volumes.fail_next(call, make_error(Errc::exhausted, "too many open files"));
  EXPECT_EQ(reimage().state, JobState::failed);  // the seed could not be made
  world.volumes.fail_next("remove_disk", make_error(Errc::exhausted, "no space is left"));
  EXPECT_EQ(reimage().state, JobState::rolled_back);
  expect_old_system();
}

/// Stops and removes the machine at the first event of this power.
struct Remover {
  Remover(FakeHypervisor& hypervisor, PowerState at) : hypervisor_{hypervisor} {
    hypervisor_.listen([this, at](const MachineEvent& event) {
      if (event.power != at || std::exchange(removed, true)) return;
      static_cast<void>(hypervisor_.stop(event.uuid, {}));
      EXPECT_TRUE(hypervisor_.undefine(event.uuid));
    });
  }
  ~Remover() { hypervisor_.listen({}); }
  bool removed = false;

 private:
  FakeHypervisor& hypervisor_;
};

TEST_F(Reimage, GoesOnWhenSomebodyRemovesTheMachineThatItStopped) {
  const Remover remover{world.hypervisor, PowerState::stopped};
  EXPECT_EQ(reimage().state, JobState::succeeded);
  EXPECT_TRUE(remover.removed);
  EXPECT_EQ(defined(), web().system.disk.path);
  EXPECT_EQ(power(), PowerState::running);
  EXPECT_EQ(world.volumes.content(before.data_disks.at(0).path), "precious");
}

TEST_F(Reimage, BringsTheOldSystemBackWhenSomebodyRemovesTheMachineThatItStarted) {
  const Remover remover{world.hypervisor, PowerState::running};
  EXPECT_EQ(reimage().state, JobState::rolled_back);
  EXPECT_TRUE(remover.removed);
  expect_old_system();
}

TEST_F(Reimage, RollsBackWhenTheGuestHangs) {
  world.hypervisor.set_guest(World::digest_of_image("two"), Guest::hangs());
  const Job job = reimage();
  EXPECT_EQ(job.state, JobState::rolled_back);
  EXPECT_THAT(job.error->message, HasSubstr("did not come within 300 s"));
  expect_old_system();
}

TEST_F(Reimage, RollsBackWhenNothingBoots) {
  world.hypervisor.set_guest(World::digest_of_image("two"), Guest::finds_no_disk());
  EXPECT_EQ(reimage().state, JobState::rolled_back);
  expect_old_system();
}

TEST_F(Reimage, LeavesAStoppedInstanceStopped) {
  ASSERT_EQ(agent.wait(agent->stop_instance(World::caller, "web", {})).state, JobState::succeeded);
  ASSERT_EQ(reimage().state, JobState::succeeded);
  EXPECT_EQ(power(), PowerState::stopped);
  EXPECT_EQ(world.hypervisor.starts(before.uuid), starts + 1)
      << "it is started to see whether it comes up";
  EXPECT_EQ(defined(), web().system.disk.path);
}

TEST_F(Reimage, StopsAMachineThatAnEarlierOneCouldNotStopAgain) {
  ASSERT_EQ(agent.wait(agent->stop_instance(World::caller, "web", {})).state, JobState::succeeded);
  world.hypervisor.fail_next(Call::stop, broken);
  ASSERT_EQ(reimage().state, JobState::needs_attention);
  ASSERT_EQ(power(), PowerState::running) << "and its record says that it is not to run";
  ASSERT_EQ(reimage(reimage_request("first")).state, JobState::succeeded);
  EXPECT_FALSE(web().wanted_running);
  EXPECT_EQ(power(), PowerState::stopped);
}

TEST_F(Reimage, RollsAStoppedInstanceBackToStopped) {
  agent.wait(agent->stop_instance(World::caller, "web", {}));
  world.hypervisor.set_guest(World::digest_of_image("two"), Guest::panics());
  EXPECT_EQ(reimage().state, JobState::rolled_back);
  expect_old_system(PowerState::stopped);
}

TEST_F(Reimage, FailureBeforeTheStopIsNotNoticedByTheInstance) {
  for (const char* call :
       {"probe_image", "space", "create_system_disk", "create_seed", "load_secrets"}) {
    SCOPED_TRACE(call);
    world.volumes.fail_next(call, broken);
    const Job job = reimage();
    EXPECT_EQ(job.state, JobState::failed);
    EXPECT_THAT(job.error->message, HasSubstr("broken on purpose"));
    expect_old_system();
    EXPECT_EQ(world.hypervisor.starts(before.uuid), starts);
  }
}

TEST_F(Reimage, FailureAfterTheStopBringsTheOldSystemBack) {
  for (const Call call : {Call::stop, Call::swap, Call::start, Call::console_tail}) {
    SCOPED_TRACE(static_cast<int>(call));
    world.hypervisor.fail_next(call, broken);
    EXPECT_EQ(reimage().state, JobState::rolled_back);
    expect_old_system();
  }
}

TEST_F(Reimage, LostAnswersAreAskedAnew) {
  for (const Call call : {Call::stop, Call::swap, Call::start, Call::state, Call::console_tail}) {
    SCOPED_TRACE(static_cast<int>(call));
    if (call != Call::state) world.hypervisor.lose_answer(call);
    EXPECT_EQ(reimage().state, JobState::succeeded);
  }
}

TEST_F(Reimage, FailedUndoNeedsAttentionAndDeletesNothing) {
  // The new system panics; then the old one cannot be started again either.
  world.hypervisor.set_guest(World::digest_of_image("two"), Guest::panics());
  world.hypervisor.set_guest(before.system.disk.path, Guest::panics());
  const Job job = reimage();
  EXPECT_EQ(job.state, JobState::needs_attention);
  EXPECT_THAT(job.error->message, HasSubstr("then undoing 'stop' failed"));
  EXPECT_EQ(defined(), before.system.disk.path);
  EXPECT_EQ(world.volumes.paths().size(), paths.size() + 2) << "the new system's files stay";
  EXPECT_EQ(world.volumes.content(before.data_disks.at(0).path), "precious");
}

TEST_F(Reimage, KeepsNothingWhenAskedTo) {
  ReimageInstance request = reimage_request();
  request.keep_old = std::chrono::seconds{0};
  ASSERT_EQ(reimage(request).state, JobState::succeeded);
  EXPECT_FALSE(web().retained);
  EXPECT_EQ(world.volumes.paths().size(), paths.size());
}

TEST_F(Reimage, RemovesTheSystemKeptBeforeOnlyAfterTheCommitPoint) {
  ASSERT_EQ(reimage().state, JobState::succeeded);
  world.hypervisor.set_guest(World::digest_of_image("one"), Guest::panics());
  ASSERT_EQ(reimage(reimage_request("first")).state, JobState::rolled_back);
  ASSERT_TRUE(web().retained);
  EXPECT_EQ(web().retained->system.disk.path, before.system.disk.path);
  world.hypervisor.set_guest(World::digest_of_image("one"), Guest::boots());
  ASSERT_EQ(reimage(reimage_request("first")).state, JobState::succeeded);
  EXPECT_EQ(world.volumes.content(before.system.disk.path), "(no such file)");
}

TEST_F(Reimage, RevertBringsTheOldSystemBackAndCanBeReverted) {
  ASSERT_EQ(reimage().state, JobState::succeeded);
  const std::string second = web().system.disk.path;
  ASSERT_EQ(revert().state, JobState::succeeded);
  EXPECT_EQ(defined(), before.system.disk.path);
  EXPECT_EQ(web().system.cloud_instance_id, before.system.cloud_instance_id);
  EXPECT_EQ(web().retained->system.disk.path, second);
  ASSERT_EQ(revert().state, JobState::succeeded);
  EXPECT_EQ(defined(), second);
}

TEST_F(Reimage, RevertWithoutAnEarlierSystemIsAConflict) {
  const auto refused = agent->revert_instance(World::caller, "web");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::conflict);
}

TEST_F(Reimage, CommitRemovesTheOldSystem) {
  ASSERT_EQ(reimage().state, JobState::succeeded);
  ASSERT_EQ(agent.wait(agent->commit_instance(World::caller, "web")).state, JobState::succeeded);
  EXPECT_FALSE(web().retained);
  EXPECT_EQ(world.volumes.content(before.system.disk.path), "(no such file)");
}

TEST_F(Reimage, RetentionCommitsWhatHasExpiredAndNothingElse) {
  ASSERT_EQ(reimage().state, JobState::succeeded);
  EXPECT_TRUE(agent->reap_expired());
  EXPECT_TRUE(web().retained);
  world.clock.advance(std::chrono::hours{25});
  EXPECT_TRUE(agent->reap_expired());
  const auto jobs = *agent->list_jobs();
  for (const Job& job : jobs) agent.wait(job.id);
  EXPECT_FALSE(web().retained);
}

TEST_F(Reimage, RetentionIsNotEndedByAClockThatIsSet) {
  ASSERT_EQ(reimage().state, JobState::succeeded);
  const std::string until = web().retained->until;
  world.clock.set_ahead(std::chrono::hours{48});  // before anything has looked at what is kept
  // As long as the reimage counts as open, its record is left alone.
  for (int tries = 0; tries < 1000 && web().retained && web().retained->until == until; ++tries) {
    EXPECT_TRUE(agent->reap_expired());
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  ASSERT_TRUE(web().retained);
  EXPECT_EQ(parse_time(web().retained->until) - parse_time(until), std::chrono::hours{48})
      << "so that an agent that is started after this keeps it as long";
}

TEST_F(Reimage, WaitsForAHypervisorThatIsAway) {
  const auto ordered = agent->reimage_instance(World::caller, "web", reimage_request());
  world.hypervisor.disconnect();
  std::this_thread::sleep_for(std::chrono::milliseconds{30});
  world.hypervisor.reconnect();
  const Job job = agent.wait(ordered);
  // Before the first effect it may fail; after it, it waits. Either way the instance boots one
  // whole system.
  EXPECT_TRUE(job.state == JobState::succeeded || job.state == JobState::failed);
  EXPECT_EQ(defined(), web().system.disk.path);
  EXPECT_EQ(power(), PowerState::running);
}

TEST_F(Reimage, StartsAMachineThatIsToRunAndThatTheHostStopped) {
  world.hypervisor.power_off(before.uuid);
  EXPECT_EQ(reimage().state, JobState::succeeded);
  EXPECT_EQ(power(), PowerState::running);
}

TEST_F(Reimage, StartsTheOldSystemAgainIfTheNewOneFailsAfterTheHostStoppedIt) {
  world.hypervisor.power_off(before.uuid);
  world.hypervisor.set_guest(World::digest_of_image("two"), Guest::panics());
  EXPECT_EQ(reimage().state, JobState::rolled_back);
  EXPECT_EQ(power(), PowerState::running);
  EXPECT_EQ(defined(), before.system.disk.path);
}

TEST_F(Reimage, RefusesAMachineWhoseDiskIsNotTheRecordedOne) {
  auto machine = *world.hypervisor.machine(before.uuid);
  world.hypervisor.power_off(before.uuid);
  machine.system.path = "/state/elsewhere.qcow2";
  ASSERT_TRUE(world.hypervisor.swap_system_disk(machine, before.system.disk.path));
  const Job job = reimage();
  EXPECT_EQ(job.state, JobState::failed);
  EXPECT_EQ(job.error->code, Errc::conflict);
  EXPECT_THAT(job.error->message, HasSubstr("/state/elsewhere.qcow2"));
}

}  // namespace
}  // namespace imprint::test

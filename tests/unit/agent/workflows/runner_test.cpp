#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "agent/model/json.h"
#include "tests/unit/agent/workflows/world.h"

namespace imprint::test {
namespace {

using testing::HasSubstr;
using Call = FakeHypervisor::Call;

const Error broken{Errc::internal, "broken on purpose"};

class Runner : public testing::Test {
 protected:
  void SetUp() override { agent.wait_for_first_look(); }

  World world;
  Agent agent{world};
};

TEST_F(Runner, ImportListsAnAcceptedImageWithItsReport) {
  ASSERT_EQ(agent.import("/images/one", "first").state, JobState::succeeded);
  const Image image = *agent->show_image("first");
  EXPECT_EQ(image.verdict, Verdict::accepted);
  EXPECT_EQ(image.version, 1);
  EXPECT_EQ(image.owner, "uid:1000");
  EXPECT_EQ(world.volumes.paths(),
            std::vector<std::string>{world.volumes.image_path(image.digest).string()});
  EXPECT_EQ((*agent->show_report("first"))["images"][0]["path"], "/images/one");
}

TEST_F(Runner, ImportOfTheSameNameIsTheNextVersion) {
  agent.import("/images/one", "app");
  agent.import("/images/two", "app");
  EXPECT_EQ(agent->show_image("app")->version, 2);
  EXPECT_EQ(agent->show_image("app@1")->source, "/images/one");
  ASSERT_EQ(agent.wait(agent->delete_image(World::caller, "app@2", false)).state,
            JobState::succeeded);
  agent.import("/images/two", "app");
  EXPECT_EQ(agent->show_image("app")->version, 3) << "a version is never given twice";
}

TEST_F(Runner, ImportSharesEqualBytes) {
  agent.import("/images/one", "a");
  agent.import("/images/one", "b");
  EXPECT_EQ(world.volumes.paths().size(), 1U);
  ASSERT_EQ(agent.wait(agent->delete_image(World::caller, "a", false)).state, JobState::succeeded);
  EXPECT_EQ(world.volumes.paths().size(), 1U);
  ASSERT_EQ(agent.wait(agent->delete_image(World::caller, "b", false)).state, JobState::succeeded);
  EXPECT_TRUE(world.volumes.paths().empty());
}

TEST_F(Runner, ImportRefusesWhatIsNotAcceptedAndKeepsTheReport) {
  for (const char* source : {"/images/bad", "/images/odd"}) {
    const Job job = agent.import(source, "refused");
    EXPECT_EQ(job.state, JobState::failed);
    EXPECT_EQ(job.error->code, Errc::denied);
    EXPECT_TRUE(agent->show_report(job.id.str()));
    EXPECT_TRUE(job.result.contains("report"));
    EXPECT_TRUE(world.volumes.paths().empty());
    EXPECT_FALSE(agent->show_image("refused"));
  }
  const auto job = agent.import("/images/bad", "refused");
  EXPECT_THAT(job.error->message, HasSubstr("/etc/fstab:3: the root device is not in the image"));
}

TEST_F(Runner, ImportChecksTheDigestOfTheSource) {
  const auto wrong = *Sha256::parse(digest_of("something else"));
  ImportImage request = import_request("/images/one", "first");
  request.sha256 = wrong;
  const Job job = agent.wait(agent->import_image(World::caller, request));
  EXPECT_EQ(job.state, JobState::failed);
  EXPECT_EQ(job.error->code, Errc::corrupt);
  EXPECT_TRUE(world.volumes.paths().empty());
}

TEST_F(Runner, ImportLeavesNothingWhenAStepFails) {
  for (const char* call :
       {"space", "prepare_incoming", "adopt_image", "seal_image", "probe_image"}) {
    SCOPED_TRACE(call);
    world.volumes.fail_next(call, broken);
    EXPECT_EQ(agent.import("/images/one", "first").state, JobState::failed);
    EXPECT_TRUE(world.volumes.paths().empty());
    EXPECT_TRUE(agent->list_images()->empty());
  }
  EXPECT_EQ(agent.import("/images/none", "first").error->code, Errc::not_found);
  world.volumes.set_free(1);
  EXPECT_EQ(agent.import("/images/one", "first").error->code, Errc::exhausted);
}

TEST_F(Runner, ImportLeavesNothingWhenAStepThrows) {
  for (const char* call : {"prepare_incoming", "adopt_image", "seal_image"}) {
    SCOPED_TRACE(call);
    world.volumes.throw_next(call);
    const Job job = agent.import("/images/one", "first");
    EXPECT_EQ(job.state, JobState::failed);
    EXPECT_EQ(job.error->code, Errc::exhausted);
    EXPECT_TRUE(world.volumes.paths().empty());
  }
}

TEST_F(Runner, AnUndoThatThrowsIsTriedAgain) {
  world.volumes.fail_next("adopt_image", broken);
  world.volumes.throw_next("discard_incoming");
  EXPECT_EQ(agent.import("/images/one", "first").state, JobState::failed);
  EXPECT_TRUE(world.volumes.paths().empty());
}

TEST_F(Runner, ImportUnpacksAndChecksTheDigestOfWhatCame) {
  ImportImage request = import_request("/images/packed", "first");
  request.sha256 = *Sha256::parse(digest_of("packed disk one"));
  ASSERT_EQ(agent.wait(agent->import_image(World::caller, request)).state, JobState::succeeded);
  const auto image = agent->show_image("first");
  ASSERT_TRUE(image);
  EXPECT_EQ(image->source_digest.hex(), digest_of("packed disk one"));
  EXPECT_EQ(image->digest.hex(), digest_of("disk one"));
  EXPECT_EQ(world.volumes.paths().size(), 1U);
}

TEST_F(Runner, AHundredOrdersUnderOneKeyAreOneJob) {
  agent.import("/images/one", "first");
  agent.import("/images/two", "second");
  ASSERT_EQ(agent.create("web").state, JobState::succeeded);
  const std::vector<std::function<Result<Job>(const Caller&)>> orders{
      [&](const Caller& caller) {
        return agent->reimage_instance(caller, "web", reimage_request());
      },
      [&](const Caller& caller) { return agent->create_instance(caller, create_request("db")); },
      [&](const Caller& caller) { return agent->release_instance(caller, "web"); }};
  for (const auto& order : orders) {
    const Caller keyed{"uid:1000", random_uuid()};
    Sync<std::set<std::string>> jobs;
    {
      std::vector<std::jthread> threads;
      for (int i = 0; i < 100; ++i)
        threads.emplace_back([&] {
          const auto job = order(keyed);
          jobs.lock()->insert(job ? job->id.str() : job.error().message);
        });
    }
    ASSERT_EQ(jobs.lock()->size(), 1U) << testing::PrintToString(*jobs.lock());
    EXPECT_EQ(agent.wait(*JobId::parse(*jobs.lock()->begin())).state, JobState::succeeded);
  }
}

TEST_F(Runner, AChangeIsRefusedIfTheRecordHasAnotherGeneration) {
  agent.import("/images/one", "first");
  ASSERT_EQ(agent.create("web").state, JobState::succeeded);
  const auto seen = agent->show_instance("web")->instance.generation;
  const Caller sure{"uid:1000", "stop-it", seen};
  ASSERT_EQ(agent.wait(agent->stop_instance(sure, "web", {})).state, JobState::succeeded);
  EXPECT_TRUE(agent->stop_instance(sure, "web", {})) << "a repeat is not held to it";
  EXPECT_GT(agent->show_instance("web")->instance.generation, seen);
  const Caller late{"uid:1000", "", seen};
  EXPECT_EQ(agent->start_instance(late, "web").error().code, Errc::conflict);
  EXPECT_EQ(agent->reimage_instance(late, "web", reimage_request("first")).error().code,
            Errc::conflict);
  EXPECT_EQ(agent->release_instance(late, "web").error().code, Errc::conflict);
  EXPECT_THAT(agent->revert_instance(late, "web").error().message, HasSubstr("generation"));
  EXPECT_EQ(agent->delete_image({"uid:1000", "", 7}, "first", true).error().code, Errc::conflict);
  EXPECT_TRUE(agent->show_image("first"));
}

TEST_F(Runner, ImportLeavesNothingOfABomb) {
  const Job job = agent.import("/images/bomb", "first");
  EXPECT_EQ(job.state, JobState::failed);
  EXPECT_EQ(job.error->code, Errc::exhausted);
  EXPECT_TRUE(world.volumes.paths().empty());
}

TEST_F(Runner, ImportRefusesAUrlWithAPasswordWithoutRepeatingIt) {
  const auto refused = agent->import_image(
      World::caller,
      import_request(std::string{"http://me:"} + World::secret + "@host/x", "first"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::invalid);
  EXPECT_THAT(refused.error().message, Not(HasSubstr(World::secret)));
  EXPECT_THAT(world.everything_recorded(), Not(HasSubstr(World::secret)));
}

TEST_F(Runner, DeleteRefusesAnImageInUseAndByForceKeepsItsBytes) {
  agent.import("/images/one", "first");
  ASSERT_EQ(agent.create("web").state, JobState::succeeded);
  const auto refused = agent->delete_image(World::caller, "first", false);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::conflict);
  EXPECT_THAT(refused.error().message, HasSubstr("'web'"));
  ASSERT_EQ(agent.wait(agent->delete_image(World::caller, "first", true)).state,
            JobState::succeeded);
  EXPECT_FALSE(agent->show_image("first"));
  const Instance web = agent->show_instance("web")->instance;
  EXPECT_NE(world.volumes.content(*web.system.disk.base_path), "(no such file)");
  ASSERT_EQ(agent.wait(agent->release_instance(World::caller, "web")).state, JobState::succeeded);
  EXPECT_TRUE(world.volumes.paths().empty())
      << "the bytes go with the last disk that rests on them";
}

TEST_F(Runner, CreateMakesARunningMachine) {
  agent.import("/images/one", "first");
  const Job job = agent.create("web");
  ASSERT_EQ(job.state, JobState::succeeded) << job.error->message;
  const InstanceView view = *agent->show_instance("web");
  EXPECT_EQ(view.power, PowerState::running);
  EXPECT_EQ(view.instance.data_disks.size(), 1U);
  EXPECT_FALSE(view.open_job);
  EXPECT_TRUE(agent->show_instance(view.instance.id.str()));
  EXPECT_EQ(agent->list_instances()->size(), 1U);
  EXPECT_EQ(*agent->read_console("web", 100), "fake guest login: ");
}

TEST_F(Runner, CreateIsAllOrNothing) {
  agent.import("/images/one", "first");
  const auto paths = world.volumes.paths();
  const auto expect_nothing = [&](const Job& job) {
    EXPECT_EQ(job.state, JobState::failed);
    EXPECT_EQ(world.volumes.paths(), paths);
    EXPECT_TRUE(world.files->secrets.empty());
    EXPECT_TRUE(agent->list_instances()->empty());
    EXPECT_TRUE(world.hypervisor.list()->empty());
  };
  for (const char* call : {"save_secrets", "space", "probe_image", "create_system_disk",
                           "create_data_disk", "load_secrets", "create_seed", "prepare_console"}) {
    SCOPED_TRACE(call);
    world.volumes.fail_next(call, broken);
    expect_nothing(agent.create("web"));
  }
  for (const Call call : {Call::define, Call::start, Call::console_tail}) {
    SCOPED_TRACE(static_cast<int>(call));
    world.hypervisor.fail_next(call, broken);
    expect_nothing(agent.create("web"));
  }
  world.hypervisor.set_guest(World::digest_of_image("one"), Guest::panics());
  expect_nothing(agent.create("web"));
}

TEST_F(Runner, CreateRefusesANameThatIsTaken) {
  agent.import("/images/one", "first");
  agent.create("web");
  const auto refused = agent->create_instance(World::caller, create_request("web"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::conflict);
}

TEST_F(Runner, SecretsAreRecordedNowhere) {
  agent.import("/images/one", "first");
  agent.create("web");
  ReimageInstance request = reimage_request("first");
  request.user_data = Secret{World::secret};
  agent.wait(agent->reimage_instance(World::caller, "web", request));
  EXPECT_THAT(world.everything_recorded(), Not(HasSubstr(World::secret)));
}

TEST_F(Runner, SameKeyIsTheSameJobEvenAfterItEnded) {
  agent.import("/images/one", "first");
  const Caller keyed{"uid:1000", "key-1"};
  const auto first = agent->create_instance(keyed, create_request("web"));
  agent.wait(first);
  const auto again = agent->create_instance(keyed, create_request("web"));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->id, first->id);
  const auto other = agent->create_instance(keyed, create_request("other"));
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, Errc::conflict);
}

TEST_F(Runner, NeverRunsTwoJobsOnOneInstance) {
  agent.import("/images/one", "first");
  agent.import("/images/two", "second");
  agent.create("web");
  std::atomic<int> conflicts = 0;
  std::atomic<int> others = 0;
  {
    std::vector<std::jthread> callers;
    for (int i = 0; i < 16; ++i)
      callers.emplace_back([&, i] {
        for (int round = 0; round < 5; ++round) {
          const auto ordered =
              i % 4 == 0   ? agent->stop_instance(World::caller, "web", {})
              : i % 4 == 1 ? agent->start_instance(World::caller, "web")
              : i % 4 == 2 ? agent->reimage_instance(World::caller, "web", reimage_request())
                           : agent->revert_instance(World::caller, "web");
          const auto open = world.journal.open_jobs();
          EXPECT_LE(open->size(), 1U);
          if (!ordered) ++(ordered.error().code == Errc::conflict ? conflicts : others);
        }
      });
  }
  const auto jobs = *agent->list_jobs();
  for (const Job& job : jobs) EXPECT_TRUE(is_final(agent.wait(job.id).state));
  EXPECT_GT(conflicts, 0);
  EXPECT_EQ(others, 0);
  const InstanceView web = *agent->show_instance("web");
  EXPECT_EQ(world.hypervisor.machine(web.instance.uuid)->system.path,
            web.instance.system.disk.path);
}

TEST_F(Runner, StartAndStopRecordWhatIsWanted) {
  agent.import("/images/one", "first");
  agent.create("web");
  ASSERT_EQ(agent.wait(agent->stop_instance(World::caller, "web", {})).state, JobState::succeeded);
  EXPECT_EQ(agent->show_instance("web")->power, PowerState::stopped);
  EXPECT_FALSE(agent->show_instance("web")->instance.wanted_running);
  world.hypervisor.fail_next(Call::start, broken);
  EXPECT_EQ(agent.wait(agent->start_instance(World::caller, "web")).state, JobState::failed);
  EXPECT_FALSE(agent->show_instance("web")->instance.wanted_running);
  ASSERT_EQ(agent.wait(agent->start_instance(World::caller, "web")).state, JobState::succeeded);
  EXPECT_TRUE(agent->show_instance("web")->instance.wanted_running);
}

TEST_F(Runner, StartDefinesAMachineThatSomebodyRemoved) {
  agent.import("/images/one", "first");
  agent.create("web");
  const Instance web = agent->show_instance("web")->instance;
  const Machine before = *world.hypervisor.machine(web.uuid);
  ASSERT_TRUE(world.hypervisor.stop(web.uuid, {}));
  ASSERT_TRUE(world.hypervisor.undefine(web.uuid));
  const Job job = agent.wait(agent->start_instance(World::caller, "web"));
  ASSERT_EQ(job.state, JobState::succeeded) << job.error->message;
  EXPECT_EQ(agent->show_instance("web")->power, PowerState::running);
  const Machine now = *world.hypervisor.machine(web.uuid);
  EXPECT_EQ(now.system.path, before.system.path);
  EXPECT_EQ(now.seed.path, before.seed.path);
  ASSERT_EQ(now.data_disks.size(), before.data_disks.size());
  EXPECT_EQ(now.data_disks.at(0).path, before.data_disks.at(0).path);
}

TEST_F(Runner, ShowsANewerImageAndAnUnknownPowerState) {
  agent.import("/images/one", "first");
  agent.create("web");
  EXPECT_FALSE(agent->show_instance("web")->newer_image);
  agent.import("/images/two", "first");
  EXPECT_EQ(agent->show_instance("web")->newer_image, "first@2");
  world.hypervisor.disconnect();
  EXPECT_EQ(agent->show_instance("web")->power, PowerState::unknown);
  EXPECT_EQ(agent->list_instances()->at(0).power, PowerState::unknown);
  EXPECT_FALSE(agent->node_status()->hypervisor_ok);
}

TEST_F(Runner, ReleaseRemovesEverythingOfTheInstance) {
  agent.import("/images/one", "first");
  const auto paths = world.volumes.paths();
  agent.create("web");
  ASSERT_EQ(agent.wait(agent->release_instance(World::caller, "web")).state, JobState::succeeded);
  EXPECT_EQ(world.volumes.paths(), paths);
  EXPECT_TRUE(world.files->secrets.empty());
  EXPECT_TRUE(world.hypervisor.list()->empty());
  EXPECT_FALSE(agent->show_instance("web"));
  EXPECT_EQ(agent.create("web").state, JobState::succeeded) << "the name is free again";
}

TEST_F(Runner, WatchReturnsAtOnceForAnotherLookAndInTimeForTheSame) {
  const Job job = agent.import("/images/one", "first");
  EXPECT_TRUE(agent->watch_job(job.id, "", std::chrono::hours{1}));
  EXPECT_TRUE(agent->watch_job(job.id, "other", std::chrono::hours{1}));
  EXPECT_FALSE(agent->watch_job(JobId::generate(), "", std::chrono::hours{1}));
}

TEST(RunnerStop, LeavesAWaitingJobOpenAndGoesOnAtTheNextStart) {
  World world;
  std::optional<JobId> id;
  {
    Agent agent{world};
    agent.import("/images/one", "first");
    agent.import("/images/two", "second");
    agent.create("web");
    world.hypervisor.set_guest(World::digest_of_image("two"), Guest::hangs());
    ReimageInstance request = reimage_request();
    request.confirm = ConfirmSignal{ConfirmKind::console, "login:", std::chrono::hours{24}};
    const auto ordered = agent->reimage_instance(World::caller, "web", request);
    ASSERT_TRUE(ordered);
    id = ordered->id;
    for (int i = 0; i < 2000 && agent->show_job(*id)->steps.at(7).state != StepState::running; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds{1});
    agent->stop();
    const Job job = *world.journal.find(*id);
    EXPECT_EQ(job.state, JobState::running);
    EXPECT_FALSE(agent->start_instance(World::caller, "web"));
  }
  const Instance web = workflows::Records{world.store}.instances()->at(0);
  EXPECT_EQ(world.hypervisor.state(web.uuid)->power, PowerState::running) << "machines run on";
  world.hypervisor.set_console(web.uuid, "web login: ");
  Agent agent{world};
  EXPECT_EQ(agent.wait(*id).state, JobState::succeeded);
}

/// One worker, which waits for a hypervisor that is away.
struct BusyRunner : testing::Test {
  BusyRunner() {
    {
      Agent agent{world};
      agent.import("/images/one", "first");
      for (const char* name : {"web", "db"}) agent.create(name);
    }
    workflows::Settings settings = World::settings();
    settings.workers = 1;
    runner.emplace(world.ports(), settings);
    EXPECT_TRUE(runner->recover());
    world.hypervisor.disconnect();
    held = runner->stop_instance(World::caller, "web", {})->id;
    waiting = runner->stop_instance(World::caller, "db", {})->id;
  }
  ~BusyRunner() override { world.hypervisor.reconnect(); }
  Job end_of(const JobId& id) {
    Job job = runner->show_job(id).value();
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds{20};
    while (!is_final(job.state) && std::chrono::steady_clock::now() < limit) {
      std::this_thread::sleep_for(std::chrono::milliseconds{2});
      job = runner->show_job(id).value();
    }
    return job;
  }

  World world;
  std::optional<workflows::JobRunner> runner;
  std::optional<JobId> held, waiting;
};

TEST_F(BusyRunner, EndsAWaitingJobThatIsCancelledAtOnce) {
  ASSERT_TRUE(runner->cancel_job(World::caller, *waiting));
  EXPECT_EQ(end_of(*waiting).state, JobState::cancelled);
  EXPECT_FALSE(is_final(runner->show_job(*held)->state));
}

TEST_F(BusyRunner, DoesNotLetImportsWaitForMachines) {
  const auto imported =
      runner->import_image(World::caller, import_request("/images/two", "second"));
  ASSERT_TRUE(imported);
  EXPECT_EQ(end_of(imported->id).state, JobState::succeeded);
  EXPECT_FALSE(is_final(runner->show_job(*held)->state));
}

TEST(RunnerRecover, QuarantinesAJobThatCannotBeRead) {
  World world;
  Job job = blank_job();
  job.kind = JobKind::reimage_instance;
  job.subject = "i-000000000000";
  job.idempotency_key = "k";
  job.context = Json{{"plan", Json{{"what", 1}}}};
  ASSERT_TRUE(world.journal.submit(job));
  Agent agent{world};
  EXPECT_EQ(agent.wait(job.id).state, JobState::needs_attention);
  EXPECT_EQ(agent.import("/images/one", "first").state, JobState::succeeded);
}

}  // namespace
}  // namespace imprint::test

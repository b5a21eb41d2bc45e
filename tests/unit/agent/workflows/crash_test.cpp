// Kills the agent at every change that it makes anywhere (journal, store, hypervisor, files),
// before and after it takes effect, starts a new one on what is left, and looks at what is true
// then.

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/unit/agent/workflows/world.h"

namespace imprint::test {
namespace {

struct Scene {
  std::string name;
  std::function<void(World&, Agent&)> before;  ///< what is there already
  std::function<Result<Job>(workflows::JobRunner&, const Caller&)> order;  ///< what is asked
  std::function<void(World&)> after = [](World&) {};  ///< what is broken when the agent comes back
};

const Caller keyed{"uid:1000", "the-key"};

/// The agent that is killed: all its ports die at one change.
class Doomed {
 public:
  Doomed(World& world, int at, bool after)
      : point_{at, after},
        journal_{point_, world.journal},
        store_{point_, world.store},
        hypervisor_{point_, world.hypervisor},
        volumes_{point_, world.volumes},
        runner_{
            {store_, journal_, hypervisor_, volumes_, world.inspector, world.source, world.clock},
            World::settings()} {
    recovered_ = runner_.recover();
  }

  /// Until it is dead, or the job has ended.
  void live(const Scene& scene) {
    const auto ordered = scene.order(runner_, keyed);
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{20};
    while (!point_.dead() && ordered && std::chrono::steady_clock::now() < deadline) {
      const auto job = runner_.show_job(ordered->id);
      if (job && is_final(job->state)) break;
      std::this_thread::sleep_for(std::chrono::microseconds{200});
    }
    runner_.stop();
  }
  [[nodiscard]] bool died() const { return point_.dead(); }

 private:
  CrashPoint point_;
  CrashingJournal journal_;
  CrashingStore store_;
  CrashingHypervisor hypervisor_;
  CrashingVolumes volumes_;
  workflows::JobRunner runner_;
  Result<> recovered_;
};

/// Every file is named by a record, and every name in a record has a file.
void expect_no_orphans(World& world) {
  workflows::Records records{world.store};
  std::set<std::string> named;
  const auto images = *records.images();
  const auto instances = *records.instances();
  for (const Image& image : images) named.insert(world.volumes.image_path(image.digest));
  for (const Instance& instance : instances) {
    const auto name_system = [&](const System& system) {
      named.insert({system.disk.path, system.seed.path});
      named.insert(world.volumes.image_path(*system.disk.base_digest));
    };
    name_system(instance.system);
    if (instance.retained) name_system(instance.retained->system);
    for (const Disk& disk : instance.data_disks) named.insert(disk.path);
  }
  for (const auto& [id, secrets] : world.files->secrets)
    EXPECT_TRUE(records.instance(*InstanceId::parse(id)));
  const auto paths = world.volumes.paths();
  EXPECT_EQ(std::set<std::string>(paths.begin(), paths.end()), named);
  EXPECT_TRUE(world.store.list("holds/")->entries.empty());
}

/// Each instance boots the system of its record as one unit, with its data disks as they were.
void expect_whole_instances(World& world) {
  workflows::Records records{world.store};
  std::set<std::string> uuids;
  const auto instances = *records.instances();
  for (const Instance& instance : instances) {
    uuids.insert(instance.uuid);
    const auto machine = world.hypervisor.machine(instance.uuid);
    ASSERT_TRUE(machine) << instance.name;
    EXPECT_EQ(machine->system.path, instance.system.disk.path);
    EXPECT_EQ(machine->seed.path, instance.system.seed.path);
    EXPECT_EQ(world.hypervisor.state(instance.uuid)->power,
              instance.wanted_running ? PowerState::running : PowerState::stopped);
    EXPECT_TRUE(world.volumes.content(instance.system.seed.path)
                    .starts_with(instance.system.cloud_instance_id));
    for (const Disk& disk : instance.data_disks)
      EXPECT_EQ(world.volumes.content(disk.path), instance.name == "web" ? "precious" : "empty");
  }
  const auto machines = *world.hypervisor.list();
  for (const auto& listed : machines) EXPECT_TRUE(uuids.contains(listed.uuid));
}

void expect_truthful_end(World& world, const Job& job) {
  EXPECT_TRUE(job.state == JobState::succeeded || job.state == JobState::failed ||
              job.state == JobState::rolled_back)
      << to_string(job.state) << ": " << (job.error ? job.error->message : "");
  EXPECT_EQ(job.error.has_value(), job.state != JobState::succeeded);
  EXPECT_EQ(world.everything_recorded().find(World::secret), std::string::npos)
      << "a secret is recorded";
  EXPECT_TRUE(world.journal.open_jobs()->empty());
}

/// All that a job may change: files, records, machines.
std::string changeable(World& world) {
  std::string text;
  const auto stored = *world.store.list("");
  const auto machines = *world.hypervisor.list();
  for (const std::string& path : world.volumes.paths())
    text += path + " " + world.volumes.content(path) + "\n";
  for (const auto& [id, secrets] : world.files->secrets) text += id + "\n";
  for (const Entry& entry : stored.entries) text += entry.key + " " + entry.value + "\n";
  for (const auto& machine : machines)
    text += fmt::format("{} {} {}\n", machine.uuid, to_string(machine.power),
                        world.hypervisor.machine(machine.uuid)->system.path);
  return text;
}

/// Whatever was changed by then, the journal says who ordered it, what, of what, and when.
void expect_recorded_first(World& world, const std::string& before) {
  const auto recorded = world.journal.list(1000);
  const auto found = std::ranges::find(*recorded, keyed.idempotency_key, &Job::idempotency_key);
  if (found == recorded->end()) {
    EXPECT_EQ(changeable(world), before) << "changed, and nothing says by whom";
    return;
  }
  EXPECT_EQ(found->caller, keyed.name);
  EXPECT_FALSE(found->subject.empty());
  EXPECT_FALSE(found->created.empty());
}

/// What the world is like after a crash at change `at` and a restart. False: there is no such
/// change any more.
bool crash_once(const Scene& scene, int at, bool after) {
  SCOPED_TRACE(fmt::format("{}: killed {} change {}", scene.name, after ? "after" : "before", at));
  World world;
  world.hypervisor.set_guest(World::digest_of_image("raw disk"), Guest::boots());
  {
    Agent agent{world};
    scene.before(world, agent);
  }
  const std::string before = changeable(world);
  bool died = false;
  {
    Doomed doomed{world, at, after};
    doomed.live(scene);
    died = doomed.died();
  }
  expect_recorded_first(world, before);
  scene.after(world);
  Agent agent{world};
  EXPECT_TRUE(agent.recovered());
  const auto jobs = *world.journal.list(1000);
  for (const Job& job : jobs) agent.wait(job.id);
  const auto recorded = world.journal.list(1000);
  const auto found = std::ranges::find(*recorded, keyed.idempotency_key, &Job::idempotency_key);
  if (found != recorded->end()) {
    expect_truthful_end(world, *found);
    const auto again = scene.order(*agent.operator->(), keyed);
    EXPECT_TRUE(again && again->id == found->id) << "the same key is the same job";
  }
  expect_no_orphans(world);
  expect_whole_instances(world);
  return died;
}

void crash_everywhere(const Scene& scene) {
  int changes = 0;
  while (crash_once(scene, changes, false) && !testing::Test::HasFailure()) {
    crash_once(scene, changes, true);
    ASSERT_LT(++changes, 200) << "it never ends";
  }
  EXPECT_GT(changes, 4) << "the agent did hardly anything";
}

void images(World&, Agent& agent) {
  ASSERT_EQ(agent.import("/images/one", "first").state, JobState::succeeded);
  ASSERT_EQ(agent.import("/images/two", "second").state, JobState::succeeded);
}

void web(World& world, Agent& agent) {
  images(world, agent);
  ASSERT_EQ(agent.create("web").state, JobState::succeeded);
  for (const std::string& path : world.volumes.paths())
    if (path.find("/data-") != std::string::npos) world.volumes.write(path, "precious");
}

void reimaged(World& world, Agent& agent) {
  web(world, agent);
  ASSERT_EQ(agent.wait(agent->reimage_instance(World::caller, "web", reimage_request())).state,
            JobState::succeeded);
}

using workflows::JobRunner;

TEST(Crash, ImportOfQcow2) {
  crash_everywhere({"import", [](World&, Agent&) {},
                    [](JobRunner& runner, const Caller& caller) {
                      return runner.import_image(caller, import_request("/images/one", "first"));
                    }});
}

TEST(Crash, ImportOfRaw) {
  crash_everywhere({"import raw", images, [](JobRunner& runner, const Caller& caller) {
                      return runner.import_image(caller, import_request("/images/raw", "third"));
                    }});
}

TEST(Crash, ImportOfAPackedImage) {
  crash_everywhere({"import packed", images, [](JobRunner& runner, const Caller& caller) {
                      return runner.import_image(caller, import_request("/images/packed", "third"));
                    }});
}

TEST(Crash, ImportOfARefusedImage) {
  crash_everywhere({"import refused", images, [](JobRunner& runner, const Caller& caller) {
                      return runner.import_image(caller, import_request("/images/bad", "third"));
                    }});
}

TEST(Crash, DeleteImage) {
  crash_everywhere({"delete", web, [](JobRunner& runner, const Caller& caller) {
                      return runner.delete_image(caller, "first", true);
                    }});
}

TEST(Crash, CreateInstance) {
  crash_everywhere({"create", images, [](JobRunner& runner, const Caller& caller) {
                      return runner.create_instance(caller, create_request("db"));
                    }});
}

TEST(Crash, CreateOfMany) {
  crash_everywhere({"create many", images, [](JobRunner& runner, const Caller& caller) {
                      CreateInstance request = create_request("db");
                      request.count = 3;
                      return runner.create_instance(caller, request);
                    }});
}

TEST(Crash, CreateOfManyGuestsThatHang) {
  crash_everywhere({"create many hung",
                    [](World& world, Agent& agent) {
                      images(world, agent);
                      world.hypervisor.set_guest(World::digest_of_image("two"), Guest::hangs());
                    },
                    [](JobRunner& runner, const Caller& caller) {
                      CreateInstance request = create_request("db", "second");
                      request.count = 2;
                      return runner.create_instance(caller, request);
                    }});
}

TEST(Crash, CreateOfAGuestThatHangs) {
  crash_everywhere({"create hung",
                    [](World& world, Agent& agent) {
                      images(world, agent);
                      world.hypervisor.set_guest(World::digest_of_image("two"), Guest::hangs());
                    },
                    [](JobRunner& runner, const Caller& caller) {
                      return runner.create_instance(caller, create_request("db", "second"));
                    }});
}

TEST(Crash, Reimage) {
  crash_everywhere({"reimage", web, [](JobRunner& runner, const Caller& caller) {
                      return runner.reimage_instance(caller, "web", reimage_request());
                    }});
}

TEST(Crash, ReimageWithUserDataThatKeepsNothing) {
  crash_everywhere({"reimage again", reimaged, [](JobRunner& runner, const Caller& caller) {
                      ReimageInstance request = reimage_request("first");
                      request.user_data = Secret{World::secret};
                      request.keep_old = std::chrono::seconds{0};
                      return runner.reimage_instance(caller, "web", request);
                    }});
}

/// What was made right before the crash, and not noted, is found all the same.
void crash_reimage_that_cannot(const std::string& make_again) {
  crash_everywhere({"reimage without " + make_again, web,
                    [](JobRunner& runner, const Caller& caller) {
                      ReimageInstance request = reimage_request();
                      request.user_data = Secret{World::secret};
                      return runner.reimage_instance(caller, "web", request);
                    },
                    [=](World& world) {
                      world.volumes.fail_next(make_again, make_error(Errc::corrupt, "broken"));
                    }});
}

TEST(Crash, ReimageThatCannotMakeItsDiskAgain) {
  crash_reimage_that_cannot("create_system_disk");
}

TEST(Crash, ReimageThatCannotMakeItsSeedAgain) {
  crash_reimage_that_cannot("create_seed");
}

TEST(Crash, ReimageThatFindsItsImageChanged) {
  crash_reimage_that_cannot("probe_image");
}

TEST(Crash, ReimageToAGuestThatPanics) {
  crash_everywhere({"reimage rolled back",
                    [](World& world, Agent& agent) {
                      web(world, agent);
                      world.hypervisor.set_guest(World::digest_of_image("two"), Guest::panics());
                    },
                    [](JobRunner& runner, const Caller& caller) {
                      return runner.reimage_instance(caller, "web", reimage_request());
                    }});
}

TEST(Crash, ReimageOfAStoppedInstance) {
  crash_everywhere({"reimage stopped",
                    [](World& world, Agent& agent) {
                      web(world, agent);
                      ASSERT_EQ(agent.wait(agent->stop_instance(World::caller, "web", {})).state,
                                JobState::succeeded);
                    },
                    [](JobRunner& runner, const Caller& caller) {
                      return runner.reimage_instance(caller, "web", reimage_request());
                    }});
}

TEST(Crash, Revert) {
  crash_everywhere({"revert", reimaged, [](JobRunner& runner, const Caller& caller) {
                      return runner.revert_instance(caller, "web");
                    }});
}

TEST(Crash, Commit) {
  crash_everywhere({"commit", reimaged, [](JobRunner& runner, const Caller& caller) {
                      return runner.commit_instance(caller, "web");
                    }});
}

TEST(Crash, Release) {
  crash_everywhere({"release", reimaged, [](JobRunner& runner, const Caller& caller) {
                      return runner.release_instance(caller, "web");
                    }});
}

TEST(Crash, StopInstance) {
  crash_everywhere({"stop", web, [](JobRunner& runner, const Caller& caller) {
                      return runner.stop_instance(caller, "web", {});
                    }});
}

TEST(Crash, StartInstance) {
  crash_everywhere({"start",
                    [](World& world, Agent& agent) {
                      web(world, agent);
                      ASSERT_EQ(agent.wait(agent->stop_instance(World::caller, "web", {})).state,
                                JobState::succeeded);
                    },
                    [](JobRunner& runner, const Caller& caller) {
                      return runner.start_instance(caller, "web");
                    }});
}

}  // namespace
}  // namespace imprint::test

// A job that is cancelled goes back until its commit point, and says what stands; after it, it is
// not to be stopped.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/agent/workflows/world.h"

namespace imprint::test {
namespace {

using testing::HasSubstr;
using Call = FakeHypervisor::Call;

class Cancel : public testing::Test {
 protected:
  void SetUp() override {
    world.volumes.write(before.data_disks.at(0).path, "precious");
    paths = world.volumes.paths();
  }

  Instance prepare() {
    agent.import("/images/one", "first");
    agent.import("/images/two", "second");
    EXPECT_EQ(agent.create("web").state, JobState::succeeded);
    return agent->show_instance("web")->instance;
  }

  /// Until the job's note says so, for 20 s at most.
  Job wait_for_note(const JobId& id, const std::string& text) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{20};
    Job job = *agent->show_job(id);
    while (job.note.find(text) == std::string::npos && !is_final(job.state) &&
           std::chrono::steady_clock::now() < deadline)
      job = *agent->show_job(id);
    EXPECT_THAT(job.note, HasSubstr(text));
    return job;
  }

  ReimageInstance slow_reimage() {
    world.hypervisor.set_guest(World::digest_of_image("two"), Guest::hangs());
    ReimageInstance request = reimage_request();
    request.confirm = ConfirmSignal{ConfirmKind::agent, "", std::chrono::hours{24}};
    return request;
  }

  void expect_old_system() {
    EXPECT_EQ(world.hypervisor.machine(before.uuid)->system.path, before.system.disk.path);
    EXPECT_EQ(world.hypervisor.state(before.uuid)->power, PowerState::running);
    EXPECT_EQ(agent->show_instance("web")->instance.system.disk.path, before.system.disk.path);
    EXPECT_EQ(world.volumes.paths(), paths) << "nothing may be left behind";
    EXPECT_EQ(world.volumes.content(before.data_disks.at(0).path), "precious");
  }

  World world;
  Agent agent{world};
  Instance before = prepare();
  std::vector<std::string> paths;
};

TEST_F(Cancel, AReimageThatWaitsForItsGuestPutsTheOldSystemBack) {
  const Job job = *agent->reimage_instance(World::caller, "web", slow_reimage());
  wait_for_note(job.id, "waits for an answer");
  const auto noted = agent->cancel_job({"uid:7", ""}, job.id);
  ASSERT_TRUE(noted) << noted.error().message;
  EXPECT_EQ(noted->cancelled_by, "uid:7");
  const Job ended = agent.wait(job.id);
  EXPECT_EQ(ended.state, JobState::cancelled);
  EXPECT_EQ(ended.error->code, Errc::cancelled);
  EXPECT_EQ(ended.error->message, "cancelled by uid:7; what was there before is back");
  expect_old_system();
  EXPECT_EQ(agent->cancel_job(World::caller, job.id).error().code, Errc::conflict)
      << "it has ended";
}

TEST_F(Cancel, AReimageBeforeItsStopIsNotNoticedByTheMachine) {
  const int starts = world.hypervisor.starts(before.uuid);
  world.hypervisor.disconnect();  // so that it waits in its first steps
  const Job job = *agent->reimage_instance(World::caller, "web", reimage_request());
  const auto noted = agent->cancel_job(World::caller, job.id);
  world.hypervisor.reconnect();
  const Job ended = agent.wait(job.id);
  if (!noted) {  // its first look had failed before
    EXPECT_EQ(noted.error().code, Errc::conflict);
    EXPECT_EQ(ended.state, JobState::failed);
  } else if (ended.state != JobState::failed) {  // or between the wish and its next look at it
    EXPECT_EQ(ended.state, JobState::cancelled);
    EXPECT_THAT(ended.error->message, HasSubstr("nothing of it remains"));
  }
  EXPECT_EQ(world.hypervisor.starts(before.uuid), starts);
  expect_old_system();
}

TEST_F(Cancel, AJobThatWaitsForTheHypervisorGoesBackWhenThatIsThereAgain) {
  const Job job = *agent->reimage_instance(World::caller, "web", slow_reimage());
  wait_for_note(job.id, "waits for an answer");
  world.hypervisor.disconnect();
  wait_for_note(job.id, "waits for the hypervisor");
  ASSERT_TRUE(agent->cancel_job(World::caller, job.id));
  world.hypervisor.reconnect();
  EXPECT_EQ(agent.wait(job.id).state, JobState::cancelled);
  expect_old_system();
}

TEST_F(Cancel, ACreateLeavesNothing) {
  world.hypervisor.set_guest(World::digest_of_image("two"), Guest::hangs());
  CreateInstance request = create_request("db", "second");
  request.confirm = ConfirmSignal{ConfirmKind::agent, "", std::chrono::hours{24}};
  const Job job = *agent->create_instance(World::caller, request);
  wait_for_note(job.id, "waits for an answer");
  ASSERT_TRUE(agent->cancel_job(World::caller, job.id));
  EXPECT_EQ(agent.wait(job.id).state, JobState::cancelled);
  EXPECT_FALSE(agent->show_instance("db"));
  expect_old_system();
  EXPECT_EQ(world.hypervisor.list()->size(), 1U);
}

TEST_F(Cancel, IsRefusedAfterTheCommitPoint) {
  ReimageInstance request = reimage_request();
  request.keep_old = std::chrono::seconds{0};
  const Job job = *agent->reimage_instance(World::caller, "web", request);
  // Whichever comes first, the job's own end says what became of it.
  const auto noted = agent->cancel_job(World::caller, job.id);
  const Job ended = agent.wait(job.id);
  if (noted) {
    EXPECT_EQ(ended.state, JobState::cancelled);
  } else {
    EXPECT_EQ(noted.error().code, Errc::conflict);
    EXPECT_EQ(ended.state, JobState::succeeded);
  }
  EXPECT_EQ(agent->show_instance("web")->instance.system.image_name,
            ended.state == JobState::succeeded ? "second@1" : "first@1");
}

TEST_F(Cancel, OfAReleaseIsRefusedFromItsBeginning) {
  world.hypervisor.disconnect();
  const Job job = *agent->release_instance(World::caller, "web");
  wait_for_note(job.id, "waits for the hypervisor");
  const auto refused = agent->cancel_job(World::caller, job.id);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::conflict);
  EXPECT_THAT(refused.error().message, HasSubstr("commit point"));
  world.hypervisor.reconnect();
  EXPECT_EQ(agent.wait(job.id).state, JobState::succeeded);
}

TEST_F(Cancel, OfAJobThatDoesNotExistIsNotFound) {
  EXPECT_EQ(agent->cancel_job(World::caller, JobId::generate()).error().code, Errc::not_found);
}

TEST_F(Cancel, SurvivesTheDeathOfTheAgent) {
  JobId id = JobId::generate();
  {
    Agent first{world};
    id = first->reimage_instance(World::caller, "web", slow_reimage())->id;
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{20};
    while (first->show_job(id)->note.find("waits for an answer") == std::string::npos &&
           std::chrono::steady_clock::now() < deadline) {
    }
  }
  ASSERT_TRUE(world.journal.cancel(id, "uid:7", 8));  // recorded, and then the agent died
  Agent second{world};
  EXPECT_EQ(second.wait(id).state, JobState::cancelled);
  expect_old_system();
}

}  // namespace
}  // namespace imprint::test

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/workflows/caretaker.h"
#include "agent/workflows/image_bytes.h"
#include "tests/unit/agent/workflows/world.h"

namespace imprint::test {
namespace {

using workflows::Caretaker;

class CaretakerTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(agent_.import("/images/one", "first").state, JobState::succeeded);
    ASSERT_EQ(agent_.create("web").state, JobState::succeeded);
    instance_ = agent_->show_instance("web")->instance;
  }
  std::vector<std::string> kinds() {
    EXPECT_TRUE(caretaker_.look());
    std::vector<std::string> all;
    for (const Drift& one : caretaker_.sight().drift) all.push_back(one.kind);
    return all;
  }

  World world_;
  Agent agent_{world_};
  std::optional<Instance> instance_;
  workflows::Ports ports_ = world_.ports();
  workflows::Settings settings_ = World::settings();
  workflows::Shared shared_;
  workflows::Records records_{world_.store};
  workflows::DamagedRows damaged_{world_.journal, records_, false};
  Caretaker caretaker_{ports_, records_, damaged_, settings_, shared_};
};

TEST_F(CaretakerTest, FindsNothingAfterOrdinaryWork) {
  EXPECT_THAT(kinds(), testing::IsEmpty());
  EXPECT_FALSE(caretaker_.sight().when.empty());
}

TEST_F(CaretakerTest, FindsAMachineThatSomebodyElseStoppedOrRemoved) {
  world_.hypervisor.power_off(instance_->uuid);
  EXPECT_THAT(kinds(), testing::ElementsAre("stopped-machine"));
  ASSERT_TRUE(world_.hypervisor.undefine(instance_->uuid));
  EXPECT_THAT(kinds(), testing::ElementsAre("missing-machine"));
}

TEST_F(CaretakerTest, FindsAMachineWithoutARecordAndNoForeignOne) {
  Machine stray = *world_.hypervisor.machine(instance_->uuid);
  stray.instance = InstanceId::generate();
  stray.uuid = machine_uuid(stray.instance);
  ASSERT_TRUE(world_.hypervisor.define(stray));
  world_.hypervisor.add_foreign(random_uuid(), "guestfs-abc");
  EXPECT_THAT(kinds(), testing::ElementsAre("unrecorded-machine"));
}

TEST_F(CaretakerTest, LetsNoImageGoWhileAMachineWithoutARecordMayRestOnIt) {
  const Image image = *agent_->show_image("first");
  shared_.uses_are_unknown = [this] { return caretaker_.uses_are_unknown(); };
  workflows::Run run{ports_, settings_, shared_, blank_job()};
  world_.contents->entries.clear();  // as where an older copy was put back
  EXPECT_THAT(kinds(), testing::Contains("unrecorded-machine"));
  ASSERT_TRUE(workflows::drop_unused_bytes(run, image.digest));
  EXPECT_THAT(world_.volumes.paths(),
              testing::Contains(world_.volumes.image_path(image.digest).string()));
  ASSERT_TRUE(world_.hypervisor.stop(instance_->uuid, {}));
  ASSERT_TRUE(world_.hypervisor.undefine(instance_->uuid));
  ASSERT_TRUE(world_.volumes.remove_instance(instance_->id));
  ASSERT_TRUE(workflows::drop_unused_bytes(run, image.digest));
  EXPECT_THAT(world_.volumes.paths(), testing::IsEmpty());
}

TEST_F(CaretakerTest, FindsAFileThatNothingNeeds) {
  world_.files->files.try_emplace("/images/sha256-stray.qcow2", FakeFiles::File{"stray", 5});
  EXPECT_THAT(kinds(), testing::ElementsAre("unrecorded-file"));
}

TEST_F(CaretakerTest, FindsChangedBytesByReadingThem) {
  const Image image = *agent_->show_image("first");
  world_.files->files.at(world_.volumes.image_path(image.digest)).content = "changed";
  EXPECT_THAT(kinds(), testing::IsEmpty()) << "the sample does not show it";
  caretaker_.scrub();
  EXPECT_THAT(kinds(), testing::ElementsAre("faulty-image"));
  const Job job = agent_.wait(agent_->verify_image(World::caller, "first"));
  EXPECT_EQ(job.state, JobState::failed);
  EXPECT_EQ(job.error->code, Errc::corrupt);
}

TEST_F(CaretakerTest, KeepsItsLastSightWhileSomethingDoesNotAnswer) {
  world_.hypervisor.power_off(instance_->uuid);
  EXPECT_THAT(kinds(), testing::ElementsAre("stopped-machine"));
  world_.volumes.fail_next("stored_files", {Errc::unavailable, "away"});
  EXPECT_FALSE(caretaker_.look());
  EXPECT_EQ(caretaker_.sight().drift.size(), 1U);
}

TEST_F(CaretakerTest, ImagesAreVerifiedAndCheckedOnOrder) {
  EXPECT_EQ(agent_.wait(agent_->verify_image(World::caller, "first")).state, JobState::succeeded);
  const Job checked = agent_.wait(agent_->check_image(World::caller, "first@1"));
  ASSERT_EQ(checked.state, JobState::succeeded);
  EXPECT_EQ(checked.result["verdict"], "accepted");
  EXPECT_EQ(agent_->verify_image(World::caller, "none").error().code, Errc::not_found);
}

}  // namespace
}  // namespace imprint::test

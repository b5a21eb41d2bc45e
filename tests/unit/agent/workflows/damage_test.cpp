// What cannot be read stands in the way of what it may concern, and of nothing else.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/model/json.h"
#include "tests/unit/agent/workflows/world.h"

namespace imprint::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class DamageTest : public testing::Test {
 protected:
  void SetUp() override {
    Agent agent{world};
    agent.import("/images/one", "first");
    agent.import("/images/two", "second");
    ASSERT_EQ(agent.create("web").state, JobState::succeeded);
    ASSERT_EQ(agent.create("db").state, JobState::succeeded);
    web = agent->show_instance("web")->instance.id.str();
  }
  void damage_job(const std::string& subject, bool ended = false) {
    world.jobs->damaged.push_back(
        {"job-00000000dead", subject, "key", ended, "its digest differs"});
  }
  void put(const std::string& key, const std::string& value) {
    ASSERT_TRUE(world.store.commit({{}, {{key, value, {}}}, {}}));
  }

  World world;
  std::string web;
};

TEST_F(DamageTest, AJobThatCannotBeReadForbidsOnlyWhatItMayHaveChanged) {
  damage_job(web);
  Agent agent{world};
  ASSERT_TRUE(agent.recovered());
  const auto refused = agent->stop_instance(World::caller, "web", {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::conflict);
  EXPECT_THAT(refused.error().message, HasSubstr("job-00000000dead"));
  EXPECT_EQ(agent.wait(agent->stop_instance(World::caller, "db", {})).state, JobState::succeeded);
  EXPECT_TRUE(agent->show_instance("web"));
  const NodeStatus status = agent->node_status().value();
  ASSERT_EQ(status.damage.size(), 1U);
  EXPECT_EQ(status.damage[0].name, "job-00000000dead");
  EXPECT_THAT(status.damage[0].refused, HasSubstr(web));
  EXPECT_EQ(to_json(parse_node_status(to_json(status)).value()), to_json(status));
}

TEST_F(DamageTest, AJobThatDoesNotSayWhatItChangedForbidsEveryChange) {
  damage_job("");
  Agent agent{world};
  EXPECT_FALSE(agent->stop_instance(World::caller, "db", {}));
  EXPECT_FALSE(agent->import_image(World::caller, import_request("/images/one", "third")));
  EXPECT_EQ(agent->list_instances()->size(), 2U);
}

TEST_F(DamageTest, AJobThatHadEndedForbidsNothing) {
  damage_job(web, true);
  Agent agent{world};
  EXPECT_EQ(agent.wait(agent->stop_instance(World::caller, "web", {})).state, JobState::succeeded);
  EXPECT_EQ(agent->node_status()->damage.size(), 1U);
}

TEST_F(DamageTest, AnInstancesRecordForbidsWhatConcernsItAndKeepsItsBytes) {
  put("instances/" + web, "{\"name\":");
  Agent agent{world};
  EXPECT_EQ(agent->stop_instance(World::caller, "web", {}).error().code, Errc::corrupt);
  EXPECT_EQ(agent->list_instances()->size(), 1U);
  EXPECT_EQ(agent->delete_image(World::caller, "second", false).error().code, Errc::conflict);
  EXPECT_EQ(world.store.get("instances/" + web)->value().value, "{\"name\":");
  EXPECT_THAT(agent->node_status()->damage[0].name, "instances/" + web);
}

TEST_F(DamageTest, ARecordWithAnotherByteIsNotTakenForAnother) {
  std::string record = world.store.get("instances/" + web)->value().value;
  const std::size_t at = record.find("system-1");
  ASSERT_NE(at, std::string::npos);
  record[at + 7] = '2';  // still a record, of another disk
  put("instances/" + web, record);
  Agent agent{world};
  EXPECT_EQ(agent->show_instance("web").error().code, Errc::corrupt);
  EXPECT_THAT(agent->node_status()->damage.at(0).detail, HasSubstr("digest"));
}

TEST_F(DamageTest, WhatADamagedRecordStandsForIsNoDrift) {
  put("instances/" + web, "{\"name\":");
  Agent agent{world};
  workflows::Ports ports = world.ports();
  workflows::Settings settings = World::settings();
  workflows::Shared shared;
  workflows::Records records{world.store};
  workflows::DamagedRows damaged{world.journal, records, false};
  workflows::Caretaker caretaker{ports, records, damaged, settings, shared};
  ASSERT_TRUE(caretaker.look());
  EXPECT_THAT(caretaker.sight().drift, IsEmpty());
}

TEST_F(DamageTest, ABareNameIsNotTakenForAnOlderVersionOfAnImage) {
  std::string newest;
  {
    Agent agent{world};
    ASSERT_EQ(agent.import("/images/two", "first").state, JobState::succeeded);
    newest = agent->show_image("first@2")->id.str();
  }
  put("images/" + newest, "not JSON");
  Agent agent{world};
  const auto refused = agent->create_instance(World::caller, create_request("cache", "first"));
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr(newest));
  EXPECT_EQ(agent.create("cache", "first@1").state, JobState::succeeded);
}

TEST_F(DamageTest, AVersionThatCannotBeReadIsNotGivenAgain) {
  put("image-versions/first", "\x01");
  Agent agent{world};
  EXPECT_EQ(agent.import("/images/two", "first").state, JobState::failed);
  workflows::Records records{world.store};
  EXPECT_EQ(records.derived("image-versions/first").value(), "1");
  EXPECT_EQ(records.derived("instance-names/web").value(), web);
  EXPECT_EQ(records.derived("instances/" + web).value(), std::nullopt);
}

TEST_F(DamageTest, WhatANewerVersionWroteIsNotCalledDamaged) {
  damage_job(web);
  put("instances/" + web, "{\"name\":");
  workflows::Settings settings = World::settings();
  settings.read_only = "it is of a newer program";
  settings.is_newer = true;
  workflows::JobRunner runner{world.ports(), settings};
  ASSERT_TRUE(runner.recover());
  const auto damage = runner.node_status()->damage;
  ASSERT_EQ(damage.size(), 2U);
  for (const Damage& one : damage)
    EXPECT_THAT(one.detail, testing::StartsWith("it was written by a newer version"));
}

TEST_F(DamageTest, AReadOnlyAgentShowsEverythingAndTakesUpNothing) {
  const Job open = [&] {
    Agent agent{world};
    world.hypervisor.disconnect();
    return agent->start_instance(World::caller, "db").value();
  }();
  world.hypervisor.reconnect();
  const Json before = to_json(world.journal.find(open.id).value());
  const Revision revision = world.store.list("")->revision;
  workflows::Settings settings = World::settings();
  settings.read_only = "it is of a newer program";
  workflows::JobRunner runner{world.ports(), settings};
  ASSERT_TRUE(runner.recover());
  EXPECT_EQ(runner.list_instances()->size(), 2U);
  EXPECT_EQ(runner.show_instance("db")->open_job, open.id);
  EXPECT_EQ(runner.node_status()->read_only, "it is of a newer program");
  for (const auto& refused : {runner.stop_instance(World::caller, "web", {}),
                              runner.cancel_job(World::caller, open.id)}) {
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().message, HasSubstr("newer program"));
  }
  EXPECT_EQ(to_json(world.journal.find(open.id).value()), before);
  EXPECT_EQ(world.store.list("")->revision, revision);
}

}  // namespace
}  // namespace imprint::test

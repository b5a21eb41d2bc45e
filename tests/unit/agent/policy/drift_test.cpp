#include "agent/policy/drift.h"

#include <gtest/gtest.h>

#include "tests/unit/agent/policy/samples.h"

namespace imprint::policy {
namespace {

struct DriftTest : testing::Test {
  DriftTest() {
    instance.system.disk.path = "/s/instances/web/system-1.qcow2";
    instance.wanted_running = true;
    facts.instances = {instance};
    facts.machines = {
        {{instance.uuid, instance.id.str(), PowerState::running, instance.system.disk.path}}};
    facts.held = {instance.system.disk.path};
    facts.files = {instance.system.disk.path};
  }
  SeenMachine& machine() { return facts.machines->front(); }
  std::string kinds() {
    std::string all;
    for (const Drift& one : find_drift(facts)) all += one.kind + " ";
    return all;
  }

  Image image = image_of("app");
  Instance instance = instance_of(image);
  DriftFacts facts;
};

TEST_F(DriftTest, NothingIsToldOfAWorldThatIsAsRecorded) {
  EXPECT_EQ(kinds(), "");
}

TEST_F(DriftTest, SystemsWithoutARecordRestOnImagesThatNobodyKnows) {
  const std::string folder = "/s/instances/i-000000000000/";
  for (const auto& [kind, subject, expected] :
       std::vector<std::tuple<std::string, std::string, bool>>{
           {"unrecorded-machine", "uuid", true},
           {"other-system-disk", "i-000000000000", true},
           {"unrecorded-file", folder + "system-3.qcow2", true},
           {"unrecorded-file", folder + "data-1.qcow2", false},
           {"unrecorded-file", "/s/images/sha256-00.qcow2", false},
           {"stopped-machine", "i-000000000000", false}})
    EXPECT_EQ(rests_on_unknown({kind, subject, ""}), expected) << kind << " " << subject;
}

TEST_F(DriftTest, AMachineWithoutARecord) {
  facts.machines->push_back({"other-uuid", "i-000000000000", PowerState::running, ""});
  EXPECT_EQ(kinds(), "unrecorded-machine ");
  facts.busy = {"i-000000000000"};
  EXPECT_EQ(kinds(), "") << "a job is making or removing it";
}

TEST_F(DriftTest, ARecordWithoutAMachine) {
  facts.machines->clear();
  EXPECT_EQ(kinds(), "missing-machine ");
  facts.busy = {instance.id.str()};
  EXPECT_EQ(kinds(), "");
}

TEST_F(DriftTest, AnotherSystemDisk) {
  machine().system_path = "/elsewhere.qcow2";
  EXPECT_EQ(kinds(), "other-system-disk ");
}

TEST_F(DriftTest, AMachineThatIsToRunAndDoesNot) {
  machine().power = PowerState::stopped;
  EXPECT_EQ(kinds(), "stopped-machine ");
  facts.instances.front().wanted_running = false;
  EXPECT_EQ(kinds(), "");
}

TEST_F(DriftTest, WhatIsUnknownIsNoDrift) {
  facts.machines.reset();
  EXPECT_EQ(kinds(), "");
  facts.machines = {{{instance.uuid, instance.id.str(), PowerState::unknown, ""}}};
  EXPECT_EQ(kinds(), "");
}

TEST_F(DriftTest, AFileThatNothingNeeds) {
  facts.files.emplace_back("/s/images/sha256-00.qcow2");
  facts.files.emplace_back("/s/instances/gone/system-1.qcow2");
  facts.files.push_back(instance.system.disk.path + ".nvram");
  facts.files.emplace_back("/s/incoming/job-0123456789ab.part");
  EXPECT_EQ(find_drift(facts).size(), 3U) << "firmware variables belong to their disk";
  facts.busy = {"gone"};
  facts.jobs = {"job-0123456789ab"};
  EXPECT_EQ(kinds(), "unrecorded-file ");
}

TEST_F(DriftTest, AnImageWhoseBytesAreNotThoseThatWereAccepted) {
  facts.images = {image};
  EXPECT_EQ(kinds(), "");
  facts.faults = {{image.digest.hex(), "it has other bytes"}};
  ASSERT_EQ(kinds(), "faulty-image ");
  EXPECT_EQ(find_drift(facts).front().subject, "app@1");
}

}  // namespace
}  // namespace imprint::policy

#include "agent/api/instance_texts.h"

#include <gtest/gtest.h>

#include "agent/model/json.h"
#include "tests/support/fake_service.h"

namespace imprint::api {
namespace {

InstanceView view_called(const std::string& name) {
  Instance instance = test::sample_instance(name);
  instance.id = InstanceId::generate();
  instance.system.image_name = "image\"with \\ quotes@1";
  return {std::move(instance), PowerState::running, std::nullopt, std::nullopt};
}

std::string written_plainly(const std::vector<InstanceView>& views) {
  Json items = Json::array();
  for (const InstanceView& view : views) items.push_back(to_json(view));
  return dump_json(Json{{"instances", items}});
}

TEST(InstanceTexts, AreThoseOfTheModelAfterEveryChange) {
  InstanceTexts texts;
  std::vector<InstanceView> views;
  EXPECT_EQ(texts.listing(views), written_plainly(views));
  for (const char* name : {"a", "b", "c"}) views.push_back(view_called(name));
  const auto same = [&] { return texts.listing(views) == written_plainly(views); };
  EXPECT_TRUE(same());
  EXPECT_TRUE(same()) << "nothing has changed";
  views[1].power = PowerState::unknown;
  EXPECT_TRUE(same());
  views[1].newer_image = "debian@2";
  EXPECT_TRUE(same());
  views[2].open_job = JobId::generate();
  EXPECT_TRUE(same());
  views[2].open_job.reset();
  EXPECT_TRUE(same());
  views[0].instance.hostname = "other";
  ++views[0].instance.generation;
  EXPECT_TRUE(same());
  std::swap(views[0], views[2]);
  EXPECT_TRUE(same());
  views.erase(views.begin());
  EXPECT_TRUE(same());
}

}  // namespace
}  // namespace imprint::api

#include "guestfs/facts/cloud_init.h"

#include <gtest/gtest.h>

#include "guestfs/guest/memory_fs.h"

namespace imprint::facts {
namespace {

CloudInit read(guest::MemoryFs& fs) {
  guest::FollowingFs following{fs};
  return read_cloud_init(following);
}

TEST(CloudInitFacts, TakeTheLastFileThatHasASetting) {
  guest::MemoryFs fs;
  fs.file("/usr/bin/cloud-init", "x", 0755)
      .file("/etc/cloud/cloud.cfg",
            "disable_root: true\nsystem_info:\n  default_user:\n    name: a\n")
      .file("/etc/cloud/cloud.cfg.d/10.cfg", "datasource_list: [Ec2]\n")
      .file("/etc/cloud/cloud.cfg.d/90.cfg", "# x\ndatasource_list: [NoCloud, None]\n")
      .file("/etc/cloud/cloud.cfg.d/README", "datasource_list: [X]\n");
  const CloudInit facts = read(fs);
  EXPECT_TRUE(facts.is_installed());
  const auto list = facts.find({"datasource_list"});
  ASSERT_TRUE(list);
  EXPECT_EQ(list->place.path, "/etc/cloud/cloud.cfg.d/90.cfg");
  EXPECT_EQ(list->place.line, 2);
  EXPECT_EQ(list->node->items.front().text, "NoCloud");
  EXPECT_TRUE(facts.find({"system_info", "default_user", "name"}));
  EXPECT_FALSE(facts.find({"nothing"}));
}

TEST(CloudInitFacts, SeeSwitchesStateAndSeeds) {
  guest::MemoryFs fs;
  fs.file("/etc/cloud/ds-identify.cfg", "# x\npolicy: disabled\n")
      .file("/var/lib/cloud/data/instance-id", "i-1\n")
      .folder("/var/lib/cloud/sem")
      .file("/var/lib/cloud/seed/nocloud/meta-data", "instance-id: x\n");
  const CloudInit facts = read(fs);
  ASSERT_TRUE(facts.disabled);
  EXPECT_EQ(facts.disabled->line, 2);
  EXPECT_EQ(facts.state, std::vector<std::string>{"/var/lib/cloud/data"});
  EXPECT_EQ(facts.seeds, std::vector<std::string>{"/var/lib/cloud/seed/nocloud/meta-data"});
}

TEST(CloudInitFacts, AreEmptyWhereThereIsNone) {
  guest::MemoryFs fs;
  const CloudInit facts = read(fs);
  EXPECT_FALSE(facts.is_installed());
  EXPECT_FALSE(facts.disabled);
  EXPECT_TRUE(facts.state.empty() && facts.seeds.empty() && facts.unknown.empty());
}

TEST(CloudInitFacts, KnowTemplates) {
  SourceFile file;
  file.text = "## template: jinja\n{% if x %}\na: 1\n{% endif %}\n";
  EXPECT_TRUE(parse_cloud_config(file).is_template);
}

}  // namespace
}  // namespace imprint::facts

#include "guestfs/repair/plan.h"

#include <gmock/gmock.h>

#include "agent/model/json.h"

namespace imprint::repair {
namespace {

using testing::HasSubstr;
using testing::Not;

RepairPlan sample() {
  RepairPlan plan;
  std::string every_byte;
  for (int byte = 0; byte < 256; ++byte) every_byte += static_cast<char>(byte);
  plan.volumes.push_back({"/dev/sda2", "ext4", "/", "@/root\xff"});
  plan.changes.push_back({Change::Action::rewrite,
                          "/etc/f\xe4",
                          every_byte,
                          "after\xfe",
                          {{"fstab.by-path", "gone"}, {"fstab.by-path", "gone"}}});
  plan.changes.push_back({Change::Action::remove_tree, "/tmp/x", {}, {}, {{"seal.tmp", "left"}}});
  plan.kept.push_back({"seal.suid", "/bin/x", 3, "no"});
  return plan;
}

TEST(RepairPlans, KeepEachByteOnTheirWay) {
  const auto text = dump_json(to_json(sample()));
  const auto read = parse_plan(parse_json(text).value());
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(dump_json(to_json(*read)), text);
  EXPECT_EQ(read->changes[0].before, sample().changes[0].before);
  EXPECT_EQ(read->changes[0].after, "after\xfe");
  EXPECT_EQ(read->changes[0].path, "/etc/f\xe4");
  EXPECT_EQ(read->volumes[0].folder, "@/root\xff");
}

TEST(RepairPlans, AreReadStrictly) {
  Json json = to_json(sample());
  json["changes"][0]["action"] = "format";
  EXPECT_FALSE(parse_plan(json));
  json = to_json(sample());
  json["changes"][0]["before"] = "\xe4\xb8\xad";  // a code point that is no byte
  EXPECT_FALSE(parse_plan(json));
  json = to_json(sample());
  json["more"] = 1;
  EXPECT_FALSE(parse_plan(json));
}

TEST(ShownChanges, TellEachRuleAndReasonOnce) {
  const auto shown = shown_changes(sample());
  ASSERT_EQ(shown.size(), 2U);
  EXPECT_EQ(shown[0].rules, std::vector<std::string>{"fstab.by-path"});
  EXPECT_EQ(shown[0].reasons, std::vector<std::string>{"gone"});
  EXPECT_EQ(shown[1].action, "remove_tree");
  EXPECT_EQ(shown[1].diff, "");
}

TEST(ShownChanges, ShowNoSecret) {
  RepairPlan plan;
  plan.changes.push_back({Change::Action::rewrite,
                          "/etc/fstab",
                          "//s/x /x cifs password=hush 0 0\na\n",
                          "//s/x /x cifs password=hush 0 0\n#a\n",
                          {}});
  plan.changes.push_back({Change::Action::remove, "/etc/shadow-", "root:$6$hush", {}, {}});
  const auto shown = shown_changes(plan);
  EXPECT_THAT(shown[0].diff, HasSubstr("\n-a\n+#a\n"));
  EXPECT_THAT(shown[0].diff, HasSubstr("not shown"));
  EXPECT_THAT(shown[0].diff, Not(HasSubstr("hush")));
  EXPECT_EQ(shown[1].diff, "");
}

}  // namespace
}  // namespace imprint::repair

#include "guestfs/inspect/orders.h"

#include <gtest/gtest.h>

#include "agent/model/json.h"

namespace imprint::inspect {
namespace {

TEST(Orders, ReachTheWorkerWhole) {
  Orders orders;
  orders.profiles.resize(1);
  orders.profiles[0].name = "mine";
  rules::Waiver& waiver = orders.profiles[0].waivers.emplace_back();
  waiver.rule = "shadow.mode";
  waiver.text = "*";
  waiver.reason = "known";
  waiver.expires = "2026-12-31";
  orders.profiles[0].demands.declared = {"centos", "7"};
  orders.profiles[0].limits.min_free_space = 4096;
  orders.today = "2026-06-30";
  orders.passphrase = "s\xc3\xa9same \xff\"\\";
  guest::Volume& volume = orders.promised.emplace_back();
  volume.promised_by = "data";
  volume.device = "/dev/vdb1";
  volume.uuid = "11-22";
  volume.label = "l";
  volume.part_uuid = "p";
  volume.part_label = "q";
  volume.filesystem = "xfs";
  const auto json = parse_json(dump_json(orders_to_json(orders)));
  ASSERT_TRUE(json);
  const auto read = parse_orders_json(*json);
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_EQ(read->profiles.size(), 1U);
  ASSERT_EQ(read->profiles[0].waivers.size(), 1U);
  EXPECT_EQ(read->profiles[0].waivers[0].rule, "shadow.mode");
  EXPECT_EQ(read->profiles[0].waivers[0].text, "*");
  EXPECT_FALSE(read->profiles[0].waivers[0].path);
  EXPECT_EQ(read->profiles[0].waivers[0].expires, "2026-12-31");
  EXPECT_EQ(read->profiles[0].demands.declared.version, "7");
  EXPECT_EQ(read->profiles[0].limits.min_free_space, 4096U);
  EXPECT_EQ(read->today, "2026-06-30");
  EXPECT_EQ(read->passphrase, orders.passphrase);
  ASSERT_EQ(read->promised.size(), 1U);
  EXPECT_EQ(read->promised[0].promised_by, "data");
  EXPECT_EQ(read->promised[0].device, "/dev/vdb1");
  EXPECT_EQ(read->promised[0].part_label, "q");
  EXPECT_EQ(read->promised[0].filesystem, "xfs");
  EXPECT_EQ(read->promised[0].disk, -1);
}

TEST(Orders, AreReadStrictly) {
  for (const char* text : {"{}", "[]", R"({"profiles": [], "today": "x"})",
                           R"({"profiles": [{"name": "x", "severities": []}], "today": "x",
                               "passphrase": "zz"})"}) {
    const auto read = parse_orders_json(parse_json(text).value());
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, Errc::invalid);
  }
}

}  // namespace
}  // namespace imprint::inspect

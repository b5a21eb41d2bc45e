#include "guestfs/inspect/orders.h"

#include <gtest/gtest.h>

#include "agent/model/json.h"

namespace imprint::inspect {
namespace {

TEST(Orders, ReachTheWorkerWhole) {
  Orders orders;
  orders.profiles.resize(1);
  orders.profiles[0].name = "mine";
  orders.profiles[0].demands.declared = {"centos", "7"};
  orders.profiles[0].limits.min_free_space = 4096;
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
  EXPECT_EQ(read->profiles[0].demands.declared.version, "7");
  EXPECT_EQ(read->profiles[0].limits.min_free_space, 4096U);
  EXPECT_EQ(read->passphrase, orders.passphrase);
  ASSERT_EQ(read->promised.size(), 1U);
  EXPECT_EQ(read->promised[0].promised_by, "data");
  EXPECT_EQ(read->promised[0].device, "/dev/vdb1");
  EXPECT_EQ(read->promised[0].part_label, "q");
  EXPECT_EQ(read->promised[0].filesystem, "xfs");
  EXPECT_EQ(read->promised[0].disk, -1);
}

TEST(Orders, AreReadStrictly) {
  for (const char* text : {"{}", "[]", R"({"profiles": []})",
                           R"({"profiles": [{"name": "x", "severities": []}],
                               "passphrase": "zz"})"}) {
    const auto read = parse_orders_json(parse_json(text).value());
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, Errc::invalid);
  }
}

}  // namespace
}  // namespace imprint::inspect

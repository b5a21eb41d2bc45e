#include "guestfs/inspect/profile_json.h"
#include "agent/model/json.h"

#include <gtest/gtest.h>

namespace imprint::inspect {
namespace {

TEST(ProfileJson, BringsAWholeProfileToTheWorker) {
  rules::Profile profile;
  profile.name = "strict";
  profile.description = "all of it";
  profile.severities["os.multi-boot"] = Severity::error;
  profile.severities["fs.lvm-root"] = std::nullopt;
  profile.limits.max_disk_size = std::uint64_t{500} << 30;
  profile.limits.root_filesystems = {"ext4", "xfs"};
  profile.limits.firmware = {"bios"};
  profile.limits.architectures = {"x86_64"};
  profile.limits.datasources = {"NoCloud"};
  profile.limits.mtu = 1450U;
  profile.demands.cloud = "jdcloud";
  profile.demands.required.units = {"jcs-agent-core.service"};
  profile.demands.forbidden.paths = {"/usr/bin/cloud-init"};
  const auto json = parse_json(dump_json(profile_to_json(profile)));
  ASSERT_TRUE(json);
  const auto read = parse_profile_json(*json);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->name, "strict");
  EXPECT_EQ(read->severities, profile.severities);
  EXPECT_EQ(read->limits.max_disk_size, profile.limits.max_disk_size);
  EXPECT_FALSE(read->limits.min_disk_size);
  EXPECT_EQ(read->limits.root_filesystems, profile.limits.root_filesystems);
  EXPECT_EQ(read->limits.firmware, profile.limits.firmware);
  EXPECT_EQ(read->limits.architectures, profile.limits.architectures);
  EXPECT_EQ(read->limits.datasources, profile.limits.datasources);
  EXPECT_EQ(read->limits.mtu, 1450U);
  EXPECT_EQ(read->demands.cloud, "jdcloud");
  EXPECT_EQ(read->demands.required.units, profile.demands.required.units);
  EXPECT_EQ(read->demands.forbidden.paths, profile.demands.forbidden.paths);
  EXPECT_TRUE(read->is_off("fs.lvm-root"));
}

TEST(ProfileJson, BringsSeveralInTheirOrder) {
  std::vector<rules::Profile> profiles(2);
  profiles[0].name = "ecs";
  profiles[1].name = "jdcloud";
  const auto read = parse_profiles_json(profiles_to_json(profiles));
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_EQ(read->size(), 2U);
  EXPECT_EQ((*read)[1].name, "jdcloud");
  EXPECT_FALSE(parse_profiles_json(Json::array()));
  EXPECT_FALSE(parse_profiles_json(profile_to_json(profiles[0])));
}

TEST(ProfileJson, RefusesWhatIsNoProfile) {
  for (const char* text :
       {"[]", "{}", R"({"name": "x", "more": 1})",
        R"({"name": "x", "severities": [{"rule": "a", "severity": "fatal"}]})"}) {
    const auto read = parse_profile_json(parse_json(text).value());
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, Errc::invalid);
  }
}

}  // namespace
}  // namespace imprint::inspect

#include <gmock/gmock.h>

#include <fstream>

#include "guestfs/profiles/load_manifest.h"
#include "tests/support/temp_folder.h"

namespace imprint::profiles {
namespace {

using testing::HasSubstr;

class Manifest : public testing::Test {
 protected:
  Result<std::vector<guest::Volume>> load(const std::string& text) {
    std::ofstream{folder_ / "disks.toml"} << text;
    return load_manifest(folder_ / "disks.toml");
  }
  std::string error_of(const std::string& text) {
    const auto volumes = load(text);
    return volumes ? std::string{} : volumes.error().message;
  }
  test::TempFolder folder_;
};

TEST_F(Manifest, PromisesVolumesThatFstabMayName) {
  const auto volumes = load(
      "[[disk]]\nname = \"data\"\n[[disk.volume]]\nuuid = \"11-22\"\ntype = \"xfs\"\n"
      "[[disk.volume]]\nlabel = \"logs\"\n[[disk]]\nname = \"scratch\"\n[[disk.volume]]\n"
      "path = \"/dev/vdb1\"\npartuuid = \"p\"\n");
  ASSERT_TRUE(volumes) << volumes.error().message;
  guest::Inventory inventory;
  inventory.volumes = *volumes;
  for (const auto& [spec, disk] :
       std::vector<std::pair<std::string, std::string>>{{"UUID=11-22", "data"},
                                                        {"LABEL=logs", "data"},
                                                        {"/dev/disk/by-label/logs", "data"},
                                                        {"/dev/vdb1", "scratch"},
                                                        {"PARTUUID=P", "scratch"}}) {
    const auto device = guest::resolve_device(inventory, spec);
    ASSERT_EQ(device.match, guest::Match::found) << spec;
    EXPECT_EQ(inventory.volumes[*device.volume].promised_by, disk) << spec;
  }
  EXPECT_EQ(guest::resolve_device(inventory, "/dev/vdb2").match, guest::Match::absent);
  EXPECT_EQ(inventory.volumes[0].filesystem, "xfs");
}

TEST_F(Manifest, APromisedLuksVolumeHidesNothing) {
  const auto volumes = load(
      "[[disk]]\nname = \"d\"\n[[disk.volume]]\nuuid = \"l\"\n"
      "type = \"crypto_LUKS\"\n");
  ASSERT_TRUE(volumes);
  guest::Inventory inventory;
  inventory.volumes = *volumes;
  EXPECT_EQ(guest::resolve_device(inventory, "UUID=l").match, guest::Match::found);
  EXPECT_EQ(guest::resolve_device(inventory, "UUID=other").match, guest::Match::absent);
}

TEST_F(Manifest, IsReadStrictly) {
  EXPECT_THAT(error_of(""), HasSubstr("has no [[disk]]"));
  EXPECT_THAT(error_of("disk = 1\n"), HasSubstr("has no [[disk]]"));
  EXPECT_THAT(error_of("[[disk]]\n[[disk.volume]]\nuuid = \"x\"\n"), HasSubstr("needs a name"));
  EXPECT_THAT(error_of("[[disk]]\nname = \"d\"\n"), HasSubstr("'d' has no [[disk.volume]]"));
  EXPECT_THAT(error_of("[[disk]]\nname = \"d\"\n[[disk.volume]]\ntype = \"xfs\"\n"),
              HasSubstr("needs one of"));
  EXPECT_THAT(error_of("[[disk]]\nname = \"d\"\n[[disk.volume]]\npath = \"vdb\"\n"),
              HasSubstr("must begin with /dev/"));
  EXPECT_THAT(error_of("[[disk]]\nname = \"d\"\nsize = 1\n"), HasSubstr("unknown key 'size'"));
  EXPECT_THAT(error_of("= ="), HasSubstr("line 1"));
  EXPECT_EQ(load_manifest(folder_ / "none.toml").error().code, Errc::not_found);
}

TEST(IsManifest, IsToldByTheName) {
  EXPECT_TRUE(is_manifest("disks.toml"));
  EXPECT_TRUE(is_manifest("/srv/a.toml"));
  EXPECT_FALSE(is_manifest("disk.raw"));
  EXPECT_FALSE(is_manifest("toml"));
}

}  // namespace
}  // namespace imprint::profiles

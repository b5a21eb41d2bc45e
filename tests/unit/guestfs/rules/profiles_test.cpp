#include <gmock/gmock.h>

#include <fstream>

#include "guestfs/profiles/load_profile.h"
#include "tests/support/temp_folder.h"

namespace imprint::profiles {
namespace {

using test::TempFolder;
using testing::ElementsAre;
using testing::HasSubstr;

class ProfileFile : public testing::Test {
 protected:
  std::string write(const std::string& name, const std::string& text) {
    const auto path = folder_.path() / name;
    std::ofstream{path} << text;
    return path.string();
  }
  std::string error_of(const std::string& text) {
    const auto profile = load_profile(write("p.toml", text));
    return profile ? std::string{} : profile.error().message;
  }
  TempFolder folder_;
};

TEST(BuiltinProfiles, AllLoad) {
  EXPECT_THAT(builtin_names(), ElementsAre("generic", "ecs", "jdcloud"));
  for (const std::string& name : builtin_names()) {
    const auto profile = load_profile(name);
    ASSERT_TRUE(profile) << profile.error().message;
    EXPECT_EQ(profile->name, name);
  }
}

TEST(BuiltinProfiles, DisagreeAboutSelinux) {
  EXPECT_FALSE(load_profile("generic")->severities.contains("selinux.enabled"));
  EXPECT_EQ(load_profile("ecs")->severities.at("selinux.enabled"), Severity::error);
}

TEST(BuiltinProfiles, UnknownNamesAreRefusedWithTheKnownOnes) {
  const auto profile = load_profile("nosuch");
  ASSERT_FALSE(profile);
  EXPECT_EQ(profile.error().code, Errc::not_found);
  EXPECT_THAT(profile.error().message, HasSubstr("'generic', 'ecs', 'jdcloud'"));
}

TEST_F(ProfileFile, ExtendsABuiltinOneAndGoesBeforeIt) {
  const auto profile =
      load_profile(write("mine.toml",
                         "extends = \"ecs\"\n[severity]\n\"selinux.enabled\" = \"off\"\n"
                         "[limits]\nmax_disk_size = \"20MiB\"\n"));
  ASSERT_TRUE(profile) << profile.error().message;
  EXPECT_EQ(profile->name, "mine");
  EXPECT_TRUE(profile->is_off("selinux.enabled"));
  EXPECT_EQ(profile->severities.at("fstab.root-ro"), Severity::error);
  EXPECT_EQ(profile->limits.max_disk_size, 20U << 20U);
}

TEST_F(ProfileFile, ExtendsAnotherFileBesideIt) {
  write("base.toml", "[severity]\n\"shadow.mode\" = \"error\"\n");
  const auto profile = load_profile(write("mine.toml", "extends = \"base.toml\"\n"));
  ASSERT_TRUE(profile) << profile.error().message;
  EXPECT_EQ(profile->severities.at("shadow.mode"), Severity::error);
}

TEST_F(ProfileFile, IsReadStrictly) {
  EXPECT_THAT(error_of("colour = 1\n"), HasSubstr("line 1: unknown key 'colour'"));
  EXPECT_THAT(error_of("[limits]\nmax = 1\n"), HasSubstr("line 2: unknown key 'max'"));
  EXPECT_THAT(error_of("[severity]\n\"no.such\" = \"error\"\n"), HasSubstr("no rule 'no.such'"));
  EXPECT_THAT(error_of("[severity]\n\"shadow.mode\" = \"bad\"\n"), HasSubstr("not 'bad'"));
  EXPECT_THAT(error_of("[limits]\nmax_disk_size = \"12parsecs\"\n"), HasSubstr("12parsecs"));
  EXPECT_THAT(error_of("name = 5\n"), HasSubstr("'name' must be a text"));
  EXPECT_THAT(error_of("= =\n"), HasSubstr("line 1"));
  EXPECT_THAT(error_of("\xff\xfe binary"), HasSubstr("p.toml"));
}

TEST_F(ProfileFile, TellsWhatRoomAndWhatSystemItWants) {
  const auto profile = load_profile(
      write("mine.toml",
            "[limits]\nmin_free_space = \"1GiB\"\nmin_free_inodes = 7\nmax_used_percent = 90\n"
            "[declared]\nid = \"centos\"\nversion = \"7\"\n"));
  ASSERT_TRUE(profile) << profile.error().message;
  EXPECT_EQ(profile->limits.min_free_space, std::uint64_t{1} << 30U);
  EXPECT_EQ(profile->limits.min_free_inodes, 7U);
  EXPECT_EQ(profile->limits.max_used_percent, 90U);
  EXPECT_EQ(profile->demands.declared.id, "centos");
  EXPECT_EQ(profile->demands.declared.version, "7");
  EXPECT_THAT(error_of("[limits]\nmax_used_percent = 101\n"), HasSubstr("from 1 to 100"));
  EXPECT_THAT(error_of("[declared]\nname = \"x\"\n"), HasSubstr("unknown key 'name'"));
}

constexpr const char* good_waiver =
    "[[waiver]]\nrule = \"shadow.mode\"\nreason = \"known\"\nexpires = 2026-12-31\n";

TEST_F(ProfileFile, HoldsWaiversBesideThoseItInherits) {
  write("base.toml", good_waiver);
  const auto profile =
      load_profile(write("mine.toml",
                         "extends = \"base.toml\"\n[[waiver]]\nrule = \"os.multi-boot\"\n"
                         "image = \"*.raw\"\ntext = \"x*\"\npath = \"/etc/*\"\n"
                         "reason = \"two on purpose\"\nexpires = \"2027-01-02\"\n"));
  ASSERT_TRUE(profile) << profile.error().message;
  ASSERT_EQ(profile->waivers.size(), 2U);
  EXPECT_EQ(profile->waivers[0].expires, "2026-12-31");
  EXPECT_EQ(profile->waivers[1].rule, "os.multi-boot");
  EXPECT_EQ(profile->waivers[1].expires, "2027-01-02");
  EXPECT_EQ(profile->waivers[1].image, "*.raw");
  EXPECT_FALSE(profile->waivers[1].sha256);
}

TEST_F(ProfileFile, TakesNoWaiverWithoutAReasonOrAnEnd) {
  const std::string waiver = "[[waiver]]\nrule = \"shadow.mode\"\n";
  EXPECT_EQ(error_of(good_waiver), "");
  EXPECT_THAT(error_of(waiver + "expires = 2026-12-31\n"), HasSubstr("must have 'reason'"));
  EXPECT_THAT(error_of(waiver + "reason = \" \"\nexpires = 2026-12-31\n"),
              HasSubstr("'reason' must not be empty"));
  EXPECT_THAT(error_of(waiver + "reason = \"x\"\n"), HasSubstr("must have 'expires'"));
  for (const char* day : {"\"never\"", "\"2026-13-01\"", "\"2026-12-31x = 1\"", "5", "true"})
    EXPECT_THAT(error_of(waiver + "reason = \"x\"\nexpires = " + day + "\n"),
                HasSubstr("must be a day"))
        << day;
  EXPECT_THAT(error_of(good_waiver + std::string{"sha256 = \"12\"\n"}), HasSubstr("64 digits"));
  EXPECT_THAT(error_of(good_waiver + std::string{"colour = \"red\"\n"}),
              HasSubstr("unknown key 'colour'"));
}

TEST_F(ProfileFile, WaivesNothingThatGuardsTheHost) {
  for (const char* rule : {"disk.qcow2-backing-file", "disk.vmdk-extent-path", "os.none-found"})
    EXPECT_THAT(
        error_of(std::string{"[[waiver]]\nreason = \"x\"\nexpires = 2026-12-31\nrule = \""} + rule +
                 "\"\n"),
        HasSubstr("cannot be waived"));
}

TEST_F(ProfileFile, MayNotExtendItself) {
  EXPECT_THAT(error_of("extends = \"p.toml\"\n"), HasSubstr("too many profiles extend each other"));
}

TEST_F(ProfileFile, MustBeARegularFile) {
  EXPECT_EQ(load_profile(folder_.path().string()).error().code, Errc::invalid);
  EXPECT_EQ(load_profile("/nowhere/p.toml").error().code, Errc::not_found);
}

}  // namespace
}  // namespace imprint::profiles

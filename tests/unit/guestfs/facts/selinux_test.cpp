#include "guestfs/facts/selinux.h"

#include <gmock/gmock.h>

#include "guestfs/guest/memory_fs.h"

namespace imprint::facts {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::optional<SelinuxMode> mode_of(std::string_view text) {
  return parse_selinux_config(text, "/etc/selinux/config").mode();
}

TEST(SelinuxConfig, TakesAnyCaseBlanksAndCarriageReturns) {
  EXPECT_EQ(mode_of("SELINUX=Enforcing\n"), SelinuxMode::enforcing);
  EXPECT_EQ(mode_of("SELINUX=  permissive  \r\n"), SelinuxMode::permissive);
  EXPECT_EQ(mode_of("# SELINUX=enforcing\nSELINUX=disabled\n"), SelinuxMode::disabled);
  EXPECT_EQ(mode_of("SELINUX=enforcing # why\n"), SelinuxMode::enforcing);
}

TEST(SelinuxConfig, TakesTheFirstWordThatLibselinuxKnows) {
  EXPECT_EQ(mode_of("SELINUX=targeted\nSELINUX=disabled\nSELINUX=enforcing\n"),
            SelinuxMode::disabled);
  EXPECT_EQ(mode_of("SELINUX=on\n"), std::nullopt);
  EXPECT_EQ(mode_of(""), std::nullopt);
  EXPECT_EQ(mode_of(" SELINUX=enforcing\n"), std::nullopt);
}

class Selinux : public testing::Test {
 protected:
  SelinuxFacts read(const std::string& cmdline, Activation family = Activation::yes) {
    Boot boot;
    BootEntry entry;
    entry.cmdline = cmdline;
    entry.kernel = BootFile{};
    entry.kernel->path = "/boot/vmlinuz-6.1";
    boot.entries.push_back(entry);
    boot.default_entry = 0;
    guest::FollowingFs following{fs_};
    return read_selinux(following, boot, family);
  }
  guest::MemoryFs fs_;
};

TEST_F(Selinux, FindsThePolicyOfItsType) {
  fs_.file("/etc/selinux/config", "SELINUX=enforcing\nSELINUXTYPE= targeted\n");
  fs_.file("/etc/selinux/targeted/policy/policy.33", "p");
  fs_.file("/etc/selinux/targeted/policy/policy.34", "");
  fs_.file("/etc/selinux/targeted/contexts/files/file_contexts", "c");
  const SelinuxFacts facts = read("ro");
  EXPECT_EQ(facts.policy_type, "targeted");
  EXPECT_THAT(facts.policies, ElementsAre("/etc/selinux/targeted/policy/policy.33"));
  EXPECT_TRUE(facts.file_contexts);
  EXPECT_EQ(facts.mode_at_boot, SelinuxMode::enforcing);
}

TEST_F(Selinux, ObeysTheKernelCommandLine) {
  fs_.file("/etc/selinux/config", "SELINUX=enforcing\n");
  EXPECT_EQ(read("ro selinux=0").mode_at_boot, SelinuxMode::disabled);
  EXPECT_EQ(read("ro enforcing=0").mode_at_boot, SelinuxMode::permissive);
  EXPECT_EQ(read("ro security=apparmor").mode_at_boot, SelinuxMode::disabled);
  EXPECT_EQ(read("ro security=selinux", Activation::no).mode_at_boot, SelinuxMode::enforcing);
  EXPECT_EQ(read("ro lsm=landlock,apparmor,selinux").mode_at_boot, SelinuxMode::disabled);
  EXPECT_EQ(read("ro", Activation::no).mode_at_boot, SelinuxMode::disabled);
}

TEST_F(Selinux, AsksTheKernelsConfigurationBeforeTheFamily) {
  fs_.file("/etc/selinux/config", "SELINUX=enforcing\n");
  fs_.file("/boot/config-6.1",
           "CONFIG_SECURITY_SELINUX=y\nCONFIG_LSM=\"landlock,yama,apparmor,selinux\"\n");
  EXPECT_EQ(read("ro", Activation::yes).activation, Activation::no);
  fs_.file("/boot/config-6.1", "CONFIG_SECURITY_SELINUX=y\nCONFIG_DEFAULT_SECURITY_SELINUX=y\n");
  EXPECT_EQ(read("ro", Activation::no).activation, Activation::yes);
  fs_.file("/boot/config-6.1", "# CONFIG_SECURITY_SELINUX is not set\n");
  EXPECT_EQ(read("ro", Activation::yes).activation, Activation::no);
}

TEST_F(Selinux, FindsFilesWithoutLabels) {
  fs_.file("/etc/selinux/config", "SELINUX=enforcing\n");
  fs_.file("/etc/passwd", "x").file("/etc/shadow", "x").file("/bin/bash", "x");
  fs_.xattr("/etc/passwd", "security.selinux", "system_u:object_r:passwd_file_t:s0");
  fs_.xattr("/etc/shadow", "security.selinux", "system_u:object_r:unlabeled_t:s0");
  EXPECT_THAT(read("ro").unlabelled, ElementsAre("/etc/shadow", "/bin/bash"));
}

TEST_F(Selinux, WithoutAConfigurationIsOff) {
  const SelinuxFacts facts = read("ro");
  EXPECT_EQ(facts.mode_at_boot, SelinuxMode::disabled);
  EXPECT_THAT(facts.unknown, IsEmpty());
}

TEST_F(Selinux, NeverLeavesItsFolderForATypeWithASlash) {
  fs_.file("/etc/selinux/config", "SELINUX=enforcing\nSELINUXTYPE=../../etc\n");
  EXPECT_FALSE(read("ro").policy_folder);
}

}  // namespace
}  // namespace imprint::facts

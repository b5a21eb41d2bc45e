#include <gmock/gmock.h>

#include "guestfs/profiles/load_profile.h"
#include "tests/guests/library/guests.h"

namespace imprint::guests {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* cloud_cfg = "/etc/cloud/cloud.cfg";
constexpr const char* more_cfg = "/etc/cloud/cloud.cfg.d/99_site.cfg";

bool is_silent(Guest& guest, const std::string& rule, const rules::Profile& profile = {}) {
  return guest.finding_of(rule, profile).rule.empty();
}

rules::Profile builtin(const std::string& name) {
  return profiles::load_profile(name).value();
}

TEST(AgentCloudInitMissing, IsToldAndAMatterOfTheProfile) {
  Guest guest = debian12_bios();
  EXPECT_TRUE(is_silent(guest, "agent.cloud-init-missing"));
  guest.fs.remove("/usr/bin/cloud-init");
  EXPECT_EQ(guest.finding_of("agent.cloud-init-missing").severity, Severity::info);
  EXPECT_EQ(guest.finding_of("agent.cloud-init-missing", builtin("ecs")).severity,
            Severity::warning);
  EXPECT_TRUE(is_silent(guest, "agent.cloud-init-missing", builtin("jdcloud")));
}

TEST(AgentForbidden, FiresOnCloudInitWhereTheCloudForbidsIt) {
  Guest guest = debian12_bios();
  EXPECT_TRUE(is_silent(guest, "agent.forbidden"));
  EXPECT_TRUE(is_silent(guest, "agent.forbidden", builtin("ecs")));
  const Finding finding = guest.finding_of("agent.forbidden", builtin("jdcloud"));
  EXPECT_EQ(finding.path, "/usr/bin/cloud-init");
  EXPECT_EQ(finding.severity, Severity::error);
}

TEST(AgentForbidden, FiresOnAUnit) {
  Guest guest = debian12_bios();
  rules::Profile profile;
  profile.demands.forbidden.units = {"evil"};
  EXPECT_TRUE(is_silent(guest, "agent.forbidden", profile));
  enable_unit(guest, "evil.service", "/usr/bin/evil", "multi-user.target");
  EXPECT_EQ(guest.finding_of("agent.forbidden", profile).path,
            "/etc/systemd/system/multi-user.target.wants/evil.service");
}

TEST(AgentRequired, FiresUntilTheUnitIsStarted) {
  Guest guest = centos7();
  EXPECT_TRUE(is_silent(guest, "agent.required"));
  const rules::Profile jdcloud = builtin("jdcloud");
  EXPECT_EQ(guest.finding_of("agent.required", jdcloud).severity, Severity::error);
  enable_unit(guest, "jcs-agent-core.service", "/usr/local/share/jcloud/agent",
              "multi-user.target");
  EXPECT_TRUE(is_silent(guest, "agent.required", jdcloud));
}

TEST(AgentRequired, FiresOnAMissingFile) {
  Guest guest = centos7();
  rules::Profile profile;
  profile.demands.required.paths = {"/opt/agent"};
  EXPECT_EQ(guest.finding_of("agent.required", profile).path, "/opt/agent");
  guest.fs.file("/opt/agent", "x");
  EXPECT_TRUE(is_silent(guest, "agent.required", profile));
}

TEST(AgentQemuGa, IsToldAndForbiddenByJdcloud) {
  Guest guest = debian12_bios();
  EXPECT_EQ(guest.finding_of("agent.qemu-ga").severity, Severity::info);
  EXPECT_EQ(guest.finding_of("agent.qemu-ga", builtin("jdcloud")).severity, Severity::error);
  for (const char* path : {"/usr/bin/qemu-ga", "/usr/sbin/qemu-ga"}) guest.fs.remove(path);
  EXPECT_TRUE(is_silent(guest, "agent.qemu-ga"));
}

TEST(AgentForeign, KnowsTheCloudsOwn) {
  Guest guest = debian12_bios();
  EXPECT_TRUE(is_silent(guest, "agent.foreign"));
  guest.fs.file("/usr/sbin/aliyun-service", "x");
  EXPECT_EQ(guest.finding_of("agent.foreign").path, "/usr/sbin/aliyun-service");
  EXPECT_TRUE(is_silent(guest, "agent.foreign", builtin("ecs")));
  EXPECT_EQ(guest.finding_of("agent.foreign", builtin("jdcloud")).severity, Severity::warning);
}

TEST(AgentSystemdBrokenUnits, FiresOnALinkToNothing) {
  Guest guest = rhel9();
  guest.fs.link("/etc/systemd/system/multi-user.target.wants/gone.service",
                "/usr/lib/systemd/system/gone.service");
  EXPECT_THAT(guest.complaints(), ElementsAre("agent.systemd-broken-units warning"));
}

TEST(AgentSystemdBrokenUnits, IsSilentWhereTheUnitIsElsewhere) {
  Guest guest = rhel9();
  guest.fs.file("/etc/systemd/system/moved.service", "[Service]\n");
  guest.fs.link("/etc/systemd/system/multi-user.target.wants/moved.service",
                "/usr/lib/systemd/system/moved.service");
  EXPECT_THAT(guest.complaints(), IsEmpty());
}

TEST(CiDisabled, FiresOnEachWayToTurnItOff) {
  Guest file = debian12_bios();
  file.fs.file("/etc/cloud/cloud-init.disabled", "");
  EXPECT_THAT(file.complaints(), ElementsAre("ci.disabled warning"));
  EXPECT_THAT(file.complaints(builtin("ecs")), Contains(std::string{"ci.disabled error"}));
  Guest masked = debian12_bios();
  masked.fs.link("/etc/systemd/system/cloud-init.service", "/dev/null");
  EXPECT_THAT(masked.complaints(), ElementsAre("ci.disabled warning"));
  Guest not_enabled = debian12_bios();
  not_enabled.fs.remove("/etc/systemd/system/cloud-init.target.wants");
  EXPECT_THAT(not_enabled.complaints(), ElementsAre("ci.disabled warning"));
  Guest cmdline = debian12_bios();
  cmdline.edit_all("/boot/grub/grub.cfg", "7a11 ro", "7a11 ro cloud-init=disabled");
  EXPECT_THAT(cmdline.complaints(), ElementsAre("ci.disabled warning"));
}

TEST(CiDisabled, IsSilentOfAPolicyThatSearches) {
  Guest guest = debian12_bios();
  guest.fs.file("/etc/cloud/ds-identify.cfg",
                "policy: search,found=all,maybe=none,notfound=disabled\n");
  EXPECT_TRUE(is_silent(guest, "ci.disabled"));
}

TEST(CiYamlInvalid, FiresOnABrokenFileWithoutShowingIt) {
  Guest guest = debian12_bios();
  guest.fs.file(cloud_cfg, "users:\n - default\npassword: [secret\nmore: }\n");
  EXPECT_THAT(guest.complaints(), ElementsAre("ci.yaml-invalid error"));
  EXPECT_EQ(guest.finding_of("ci.yaml-invalid").text, "");
  EXPECT_TRUE(is_silent(guest, "ci.yaml-invalid", builtin("jdcloud")));
  guest.fs.file(cloud_cfg, "- a list\n");
  EXPECT_THAT(guest.complaints(), ElementsAre("ci.yaml-invalid error"));
}

TEST(CiYamlInvalid, IsMildOfFurtherFilesAndSilentOfTemplates) {
  Guest guest = debian12_bios();
  guest.fs.file(more_cfg, "a: [\n");
  EXPECT_THAT(guest.complaints(), ElementsAre("ci.yaml-invalid warning"));
  guest.fs.file(more_cfg, "# only a comment\n");
  EXPECT_THAT(guest.complaints(), IsEmpty());
  guest.fs.file(more_cfg, "## template: jinja\n{% if x %}\n");
  EXPECT_THAT(guest.complaints(), IsEmpty());
}

TEST(CiDatasourceLocked, FiresWhereTheListLeavesTheCloudOut) {
  Guest guest = debian12_bios();
  const rules::Profile generic = builtin("generic");
  EXPECT_TRUE(is_silent(guest, "ci.datasource-locked", generic));
  guest.fs.file(more_cfg, "# x\ndatasource_list: [ Azure, None ]\n");
  EXPECT_EQ(guest.finding_of("ci.datasource-locked", generic).line, 2);
  EXPECT_EQ(guest.finding_of("ci.datasource-locked", generic).severity, Severity::warning);
  guest.fs.file(more_cfg, "datasource_list: []\n");
  EXPECT_TRUE(is_silent(guest, "ci.datasource-locked", generic));
}

TEST(CiDatasourceLocked, FiresOnSeedsAndCaches) {
  Guest guest = debian12_bios();
  guest.fs.file("/var/lib/cloud/seed/nocloud/meta-data", "instance-id: x\n");
  EXPECT_THAT(guest.complaints(), ElementsAre("ci.datasource-locked warning"));
  guest.fs.remove("/var/lib/cloud/seed");
  guest.fs.file(more_cfg, "manual_cache_clean: True\n");
  EXPECT_THAT(guest.complaints(), ElementsAre("ci.datasource-locked warning"));
  guest.fs.file(more_cfg, "network: {config: disabled}\n");
  EXPECT_THAT(guest.complaints(), IsEmpty());
  EXPECT_EQ(guest.finding_of("ci.datasource-locked").severity, Severity::info);
}

TEST(CiStateLeftover, FiresOnAnEarlierBoot) {
  Guest guest = debian12_bios();
  EXPECT_TRUE(is_silent(guest, "ci.state-leftover"));
  guest.fs.file("/var/lib/cloud/data/instance-id", "i-1\n");
  EXPECT_EQ(guest.finding_of("ci.state-leftover").severity, Severity::warning);
}

TEST(CiGeneratedNet, FiresInPlaceOfTheRulesAboutCards) {
  Guest guest = ubuntu_cloud();
  guest.fs.file("/etc/netplan/50-cloud-init.yaml",
                "network:\n  ethernets:\n    a:\n      match: {macaddress: '52:54:00:01:02:03'}\n"
                "      dhcp4: true\n");
  EXPECT_THAT(guest.complaints(), ElementsAre("ci.generated-net warning"));
  guest.fs.file("/etc/netplan/50-cloud-init.yaml",
                "network:\n  ethernets:\n    a: {dhcp4: true}\n");
  EXPECT_THAT(guest.complaints(), IsEmpty());
}

TEST(CiPasswordLockedUser, IsTold) {
  Guest guest = debian12_bios();
  guest.fs.file(more_cfg, "ssh_pwauth: false\n");
  EXPECT_FALSE(is_silent(guest, "ci.password-locked-user"));
  guest.fs.file(cloud_cfg, "ssh_pwauth: true\ndisable_root: false\n");
  guest.fs.file(more_cfg, "ssh_pwauth: true\n");
  EXPECT_TRUE(is_silent(guest, "ci.password-locked-user"));
}

TEST(CiKernelFwcfg, IsAskedByOneCloud) {
  Guest guest = debian12_bios();
  EXPECT_TRUE(is_silent(guest, "ci.kernel-fwcfg", builtin("ecs")));
  guest.edit("/boot/config-6.1.0-18-amd64", "CONFIG_FW_CFG_SYSFS=m\n", "");
  EXPECT_TRUE(is_silent(guest, "ci.kernel-fwcfg"));
  EXPECT_EQ(guest.finding_of("ci.kernel-fwcfg", builtin("ecs")).severity, Severity::info);
}

}  // namespace
}  // namespace imprint::guests

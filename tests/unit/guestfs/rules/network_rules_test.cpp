#include <gmock/gmock.h>

#include "guestfs/profiles/load_profile.h"
#include "tests/guests/library/guests.h"

namespace imprint::guests {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* udev_rules = "/etc/udev/rules.d/70-persistent-net.rules";
constexpr const char* ifcfg = "/etc/sysconfig/network-scripts/ifcfg-eth0";
constexpr const char* netplan = "/etc/netplan/50-card.yaml";

/// Of the rule, in any severity.
Finding told(Guest& guest, const std::string& rule, const rules::Profile& profile = {}) {
  return guest.finding_of(rule, profile);
}

bool is_silent(Guest& guest, const std::string& rule, const rules::Profile& profile = {}) {
  return told(guest, rule, profile).rule.empty();
}

rules::Profile builtin(const std::string& name) {
  return profiles::load_profile(name).value();
}

TEST(NetPersistentRules, FireOnALineThatNamesACard) {
  Guest guest = centos6();
  guest.fs.file(udev_rules,
                "# PCI device\nSUBSYSTEM==\"net\", ACTION==\"add\", DRIVERS==\"?*\", "
                "ATTR{address}==\"52:54:00:01:02:03\", KERNEL==\"eth*\", NAME=\"eth0\"\n");
  EXPECT_THAT(guest.complaints(), ElementsAre("net.persistent-rules warning"));
  EXPECT_EQ(told(guest, "net.persistent-rules").line, 2);
  EXPECT_EQ(told(guest, "net.persistent-rules", builtin("jdcloud")).severity, Severity::error);
}

TEST(NetPersistentRules, TakeAnEmptyFileAsGood) {
  Guest guest = centos6();
  guest.fs.file(udev_rules, "");
  guest.fs.file("/etc/udev/rules.d/75-persistent-net-generator.rules", "# nothing\n");
  EXPECT_THAT(guest.complaints(), IsEmpty());
}

TEST(NetSsh, TellsOfAnotherPortAndOfPasswordsThatAreRefused) {
  Guest guest = debian12_bios();
  guest.append("/etc/ssh/sshd_config", "Match User x\nPasswordAuthentication no\n");
  EXPECT_TRUE(is_silent(guest, "net.ssh-root-password"));
  guest.fs.file("/etc/ssh/sshd_config.d/50-cloud-init.conf", "PermitRootLogin no\n");
  EXPECT_TRUE(is_silent(guest, "net.ssh-root-password"));
  guest.edit("/etc/ssh/sshd_config", "#Port 22",
             "Include sshd_config.d/*.conf\nPort 2222\nPort 22");
  EXPECT_EQ(told(guest, "net.ssh-root-password").path, "/etc/ssh/sshd_config.d/50-cloud-init.conf");
  EXPECT_EQ(told(guest, "net.ssh-root-password", builtin("ecs")).severity, Severity::warning);
  EXPECT_TRUE(is_silent(guest, "net.ssh-port"));
  guest.edit("/etc/ssh/sshd_config", "\nPort 22\n", "\n");
  EXPECT_EQ(told(guest, "net.ssh-port").line, 3);
  guest.append("/etc/ssh/sshd_config", "Match all\nListenAddress 0.0.0.0:22\n");
  EXPECT_TRUE(is_silent(guest, "net.ssh-port"));
}

TEST(NetStaticMac, FiresOnEachWayToBindACard) {
  const std::vector<std::pair<std::string, std::string>> files{
      {ifcfg, "BOOTPROTO=dhcp\nHWADDR=52:54:00:01:02:03\n"},
      {netplan,
       "network:\n  ethernets:\n    a:\n      dhcp4: true\n      match: {macaddress: "
       "'52:54:00:01:02:03'}\n"},
      {"/etc/NetworkManager/system-connections/a.nmconnection",
       "[connection]\ntype=ethernet\n[ethernet]\nmac-address=52:54:00:01:02:03\n[ipv4]\nmethod="
       "auto\n"},
      {"/etc/systemd/network/10-lan.link",
       "[Match]\nMACAddress=52:54:00:01:02:03\n[Link]\nName=lan\n"},
  };
  for (const auto& [path, text] : files) {
    Guest guest = rhel9();
    guest.fs.file(path, text);
    EXPECT_THAT(guest.complaints(), ElementsAre("net.static-mac warning")) << path;
    EXPECT_EQ(told(guest, "net.static-mac").path, path);
  }
}

TEST(NetStaticMac, LeavesLoopbackMembersOfBondsAndCommentsAlone) {
  Guest guest = centos7();
  guest.fs.file(ifcfg, "BOOTPROTO=dhcp\n#HWADDR=52:54:00:01:02:03\n");
  guest.fs.file("/etc/sysconfig/network-scripts/ifcfg-eth1",
                "MASTER=bond0\nSLAVE=yes\nHWADDR=52:54:00:01:02:04\n");
  EXPECT_THAT(guest.complaints(), IsEmpty());
}

TEST(NetStaticIp, FiresOnAFixedAddress) {
  Guest guest = centos7();
  guest.fs.file(ifcfg, "BOOTPROTO=static\nIPADDR=10.0.0.2\nONBOOT=yes\n");
  EXPECT_THAT(guest.complaints(), ElementsAre("net.static-ip warning"));
  EXPECT_EQ(told(guest, "net.static-ip").line, 2);
}

TEST(NetStaticIp, IsMildWhereAnotherCardAsksForItsAddress) {
  Guest guest = debian12_bios();
  guest.fs.file("/etc/network/interfaces",
                "auto lo eth0 eth1\niface lo inet loopback\niface eth0 inet dhcp\n"
                "iface eth1 inet static\n\taddress 10.0.0.2/24\n");
  EXPECT_THAT(guest.complaints(), IsEmpty());
  EXPECT_EQ(told(guest, "net.static-ip").line, 5);
  EXPECT_EQ(told(guest, "net.multi-nic").severity, Severity::info);
}

TEST(NetStaticIp, IsSilentOfBridgesAndDhcp) {
  Guest guest = debian12_bios();
  guest.fs.file("/etc/systemd/network/docker.network",
                "[Match]\nName=docker0\n[Network]\nAddress=172.17.0.1/16\n");
  guest.fs.file(netplan,
                "network:\n  ethernets:\n    a:\n      match: {name: en*}\n      dhcp4: true\n");
  EXPECT_TRUE(is_silent(guest, "net.static-ip"));
}

TEST(NetOnbootNo, FiresWhereNoCardComesUp) {
  Guest guest = centos7();
  guest.fs.file(ifcfg, "DEVICE=eth0\nBOOTPROTO=dhcp\nONBOOT=no\n");
  EXPECT_THAT(guest.complaints(), ElementsAre("net.onboot-no warning"));
  Guest debian = debian12_bios();
  debian.fs.file("/etc/network/interfaces",
                 "auto lo\niface lo inet loopback\niface ens3 inet dhcp\n");
  EXPECT_THAT(debian.complaints(), ElementsAre("net.onboot-no warning"));
}

TEST(NetOnbootNo, IsSilentOfASecondCard) {
  Guest guest = centos7();
  guest.fs.file(ifcfg, "BOOTPROTO=dhcp\nONBOOT=yes\n");
  guest.fs.file("/etc/sysconfig/network-scripts/ifcfg-eth1", "BOOTPROTO=dhcp\nONBOOT=no\n");
  EXPECT_THAT(guest.complaints(), IsEmpty());
}

TEST(NetNoDhcpClient, FiresWhereNoneIsInstalled) {
  Guest guest = debian12_bios();
  for (const char* path : {"/usr/lib/systemd/systemd-networkd", "/usr/sbin/dhclient"})
    guest.fs.remove(path);
  EXPECT_THAT(guest.complaints(), ElementsAre("net.no-dhcp-client warning"));
  Guest fixed = std::move(guest);
  fixed.fs.file("/etc/network/interfaces", "auto a\niface a inet static\naddress 10.0.0.2\n");
  EXPECT_THAT(fixed.complaints(), ElementsAre("net.static-ip warning"));
}

TEST(NetNoDhcpClient, DoesNotJudgeBusybox) {
  Guest guest = alpine();
  EXPECT_TRUE(is_silent(guest, "net.no-dhcp-client"));
}

TEST(NetNetplanInvalid, FiresOnWhatIsNoYaml) {
  Guest guest = ubuntu_cloud();
  guest.fs.file(netplan, "network:\n  ethernets:\n   eth0: {dhcp4: yes\n  version: 2\n");
  EXPECT_THAT(guest.complaints(), ElementsAre("net.netplan-invalid warning"));
  guest.fs.file(netplan, "network:\n  ethernets:\n    eth0: {dhcp4: yes}\n");
  EXPECT_TRUE(is_silent(guest, "net.netplan-invalid"));
}

TEST(NetNmProfileLeftover, TellsOfABoundProfile) {
  Guest guest = rhel9();
  const std::string text =
      "[connection]\ntype=ethernet\ninterface-name=ens192\n[ipv4]\nmethod=auto\n";
  guest.fs.file("/etc/NetworkManager/system-connections/ens192.nmconnection", text);
  EXPECT_EQ(told(guest, "net.nm-profile-leftover").severity, Severity::info);
  EXPECT_EQ(told(guest, "net.nm-profile-leftover").line, 3);
  EXPECT_EQ(told(guest, "net.nm-profile-leftover", builtin("ecs")).severity, Severity::warning);
}

TEST(NetNmProfileLeftover, IsSilentOfTheOneThatFedoraNeeds) {
  Guest guest = centos7();
  guest.fs.file("/etc/NetworkManager/system-connections/cloud-init-eth0.nmconnection",
                "[connection]\ntype=ethernet\ninterface-name=eth0\n[ipv4]\nmethod=auto\n");
  EXPECT_TRUE(is_silent(guest, "net.nm-profile-leftover"));
}

TEST(NetMultiNic, IsSilentOfOneCardInTwoFiles) {
  Guest guest = centos7();
  guest.fs.file(ifcfg, "BOOTPROTO=dhcp\n");
  guest.fs.file(netplan, "network:\n  ethernets:\n    eth0: {dhcp4: true}\n");
  EXPECT_TRUE(is_silent(guest, "net.multi-nic"));
}

TEST(NetMtu, IsAMatterOfTheProfile) {
  Guest guest = centos7();
  guest.fs.file(ifcfg, "BOOTPROTO=dhcp\nMTU=9000\n");
  EXPECT_TRUE(is_silent(guest, "net.mtu"));
  EXPECT_EQ(told(guest, "net.mtu", builtin("jdcloud")).line, 2);
  guest.fs.file(ifcfg, "BOOTPROTO=dhcp\nMTU=1450\n");
  EXPECT_TRUE(is_silent(guest, "net.mtu", builtin("jdcloud")));
}

TEST(NetHostnameLeftover, TellsOfANameAndNotOfLocalhost) {
  Guest guest = centos6();
  guest.fs.file("/etc/sysconfig/network", "NETWORKING=yes\nHOSTNAME=build7.example.com\n");
  EXPECT_EQ(told(guest, "net.hostname-leftover").line, 2);
  guest.fs.file("/etc/sysconfig/network", "NETWORKING=yes\nHOSTNAME=localhost.localdomain\n");
  EXPECT_TRUE(is_silent(guest, "net.hostname-leftover"));
}

TEST(NetDnsImmutable, FiresOnTheAttribute) {
  Guest guest = debian12_bios();
  guest.fs.file("/etc/resolv.conf", "nameserver 10.0.0.53\n");
  EXPECT_EQ(told(guest, "net.dns-immutable").severity, Severity::info);
  guest.fs.attributes("/etc/resolv.conf", "i");
  EXPECT_THAT(guest.complaints(), ElementsAre("net.dns-immutable warning"));
}

TEST(NetDnsImmutable, IsSilentOfALinkAndOfLoopback) {
  Guest guest = debian12_bios();
  guest.fs.link("/etc/resolv.conf", "../run/systemd/resolve/stub-resolv.conf");
  EXPECT_TRUE(is_silent(guest, "net.dns-immutable"));
  guest.fs.file("/etc/resolv.conf", "nameserver 127.0.0.53\n");
  EXPECT_TRUE(is_silent(guest, "net.dns-immutable"));
}

void start_both(Guest& guest, const std::string& manager) {
  guest.fs.file("/etc/rc.d/init.d/network", "x")
      .link("/etc/rc.d/rc3.d/S10network", "../init.d/network");
  guest.fs.link(manager, "x").file("/etc/rc.d/init.d/NetworkManager", "x");
}

TEST(NetNetworkManagerConflict, FiresWhereBothAreStarted) {
  Guest guest = centos6();
  start_both(guest, "/etc/rc.d/rc3.d/S23NetworkManager");
  guest.fs.link("/etc/rc.d/rc3.d/S23NetworkManager", "../init.d/NetworkManager");
  EXPECT_THAT(guest.complaints(), ElementsAre("net.networkmanager-conflict warning"));
}

TEST(NetNetworkManagerConflict, IsMildSinceVersion7AndSilentForOneService) {
  Guest guest = centos7();
  start_both(guest, "/etc/rc.d/rc3.d/S23NetworkManager");
  guest.fs.link("/etc/rc.d/rc3.d/S23NetworkManager", "../init.d/NetworkManager");
  EXPECT_EQ(told(guest, "net.networkmanager-conflict").severity, Severity::info);
  guest.fs.remove("/etc/rc.d/rc3.d/S10network");
  EXPECT_TRUE(is_silent(guest, "net.networkmanager-conflict"));
}

TEST(NetProxyLeftover, FiresAndHidesCredentials) {
  Guest guest = debian12_bios();
  guest.fs.file("/etc/apt/apt.conf.d/90proxy",
                "Acquire::http::Proxy \"http://me:secret@10.0.0.1:3128\";\n");
  EXPECT_THAT(guest.complaints(), ElementsAre("net.proxy-leftover warning"));
  EXPECT_EQ(told(guest, "net.proxy-leftover").text, "");
  Guest yum = rhel9();
  yum.fs.file("/etc/dnf/dnf.conf", "[main]\nproxy=http://10.0.0.1:3128\n");
  EXPECT_EQ(told(yum, "net.proxy-leftover").line, 2);
}

TEST(NetProxyLeftover, IsSilentOfSettingsThatTurnItOff) {
  Guest guest = debian12_bios();
  guest.fs.file(
      "/etc/apt/apt.conf.d/90proxy",
      "Acquire::http::Proxy \"false\";\nAcquire::http::Proxy-Auto-Detect \"/usr/bin/x\";\n");
  guest.fs.file("/etc/dnf/dnf.conf", "proxy=_none_\n# proxy=http://x\n");
  guest.fs.file("/etc/environment", "PATH=\"/usr/bin\"\nno_proxy=localhost\n");
  EXPECT_TRUE(is_silent(guest, "net.proxy-leftover"));
}

void enable(Guest& guest, const std::string& unit) {
  guest.fs.file("/usr/lib/systemd/system/" + unit, "[Service]\n")
      .link("/etc/systemd/system/multi-user.target.wants/" + unit,
            "/usr/lib/systemd/system/" + unit);
}

TEST(NetFirewall, IsToldAndRaisedByClouds) {
  Guest guest = rhel9();
  enable(guest, "firewalld.service");
  EXPECT_EQ(told(guest, "net.firewall").severity, Severity::info);
  EXPECT_EQ(told(guest, "net.firewall", builtin("ecs")).severity, Severity::warning);
}

TEST(NetFirewall, IsSilentOfUbuntusIdleService) {
  Guest guest = ubuntu_cloud();
  enable(guest, "ufw.service");
  guest.fs.file("/etc/ufw/ufw.conf", "ENABLED=no\n");
  EXPECT_TRUE(is_silent(guest, "net.firewall"));
  guest.fs.file("/etc/ufw/ufw.conf", "# x\nENABLED=yes\n");
  EXPECT_EQ(told(guest, "net.firewall").line, 2);
}

TEST(NetSsh, WantsAServerThatIsStarted) {
  Guest guest = debian12_bios();
  guest.fs.remove("/usr/sbin/sshd");
  EXPECT_EQ(told(guest, "net.ssh").severity, Severity::info);
  EXPECT_EQ(told(guest, "net.ssh", builtin("jdcloud")).severity, Severity::error);
  guest.fs.file("/usr/sbin/sshd", "x", 0755);
  guest.fs.remove("/etc/systemd/system/multi-user.target.wants/ssh.service");
  EXPECT_EQ(told(guest, "net.ssh").path, "/usr/sbin/sshd");
  guest.fs.link("/etc/systemd/system/sockets.target.wants/ssh.socket", "/x")
      .file("/usr/lib/systemd/system/ssh.socket", "[Socket]\n");
  EXPECT_TRUE(is_silent(guest, "net.ssh"));
}

TEST(NetIpv6, TellsWhereItIsOff) {
  Guest guest = centos7();
  guest.fs.file("/etc/sysctl.conf",
                "# net.ipv6.conf.all.disable_ipv6 = 1\nnet.ipv6.conf.all.disable_ipv6 = 1\n");
  EXPECT_EQ(told(guest, "net.ipv6").line, 2);
  guest.fs.file("/etc/sysctl.conf", "net.ipv6.conf.all.disable_ipv6 = 0\n");
  EXPECT_TRUE(is_silent(guest, "net.ipv6"));
}

}  // namespace
}  // namespace imprint::guests

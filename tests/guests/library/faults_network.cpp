#include "tests/guests/library/faults.h"
#include "tests/guests/library/initramfs.h"

namespace imprint::guests {
namespace {

constexpr const char* ifcfg = "/etc/sysconfig/network-scripts/ifcfg-eth0";
constexpr const char* early_files = "/boot/initramfs-2.6.32-754.el6.x86_64.img";
constexpr const char* netplan = "/etc/netplan/90-site.yaml";

void run_level(Guest& guest, const std::string& name) {
  guest.fs.file("/etc/rc.d/init.d/" + name, "#!/bin/sh\n", 0755)
      .link("/etc/rc.d/rc3.d/S10" + name, "../init.d/" + name);
}

}  // namespace

std::vector<Fault> network_faults() {
  constexpr Severity info = Severity::info;
  constexpr Severity warning = Severity::warning;
  return {
      {"net.persistent-rules", "centos6", "a rule for one card", warning,
       [](Guest& guest) {
         guest.fs.file("/etc/udev/rules.d/70-persistent-net.rules",
                       "# a card\nSUBSYSTEM==\"net\", ATTR{address}==\"52:54:00:01:02:03\", "
                       "NAME=\"eth0\"\n");
       },
       "/etc/udev/rules.d/70-persistent-net.rules", 2},
      {"net.persistent-rules-in-initrd", "centos6", "dracut took the rule in", warning,
       [](Guest& guest) {
         const std::string rule =
             "SUBSYSTEM==\"net\", ATTR{address}==\"52:54:00:01:02:03\", NAME=\"eth0\"\n";
         const std::string before = cpio({{"etc/udev/rules.d/70-persistent-net.rules", rule}});
         guest.write(early_files, before + guest.text_of(early_files));
       },
       early_files},
      {"net.ssh-port", "debian12_bios", "another port", warning,
       [](Guest& guest) { guest.edit("/etc/ssh/sshd_config", "#Port 22", "Port 2222"); },
       "/etc/ssh/sshd_config", 2},
      {"net.ssh-root-password", "debian12_bios", "no passwords", info,
       [](Guest& guest) { guest.append("/etc/ssh/sshd_config", "PasswordAuthentication no\n"); },
       "/etc/ssh/sshd_config", 10},
      {"net.static-mac", "centos7", "HWADDR in the card's file", warning,
       [](Guest& guest) {
         guest.fs.file(ifcfg, "BOOTPROTO=dhcp\nONBOOT=yes\nHWADDR=52:54:00:01:02:03\n");
       },
       ifcfg, 3},
      {"net.static-ip", "centos7", "a fixed address", warning,
       [](Guest& guest) { guest.fs.file(ifcfg, "BOOTPROTO=none\nONBOOT=yes\nIPADDR=10.0.0.2\n"); },
       ifcfg, 3},
      {"net.onboot-no", "centos7", "the card stays down", warning,
       [](Guest& guest) { guest.fs.file(ifcfg, "BOOTPROTO=dhcp\nONBOOT=no\n"); }, ifcfg, 2},
      {"net.netplan-invalid", "ubuntu_cloud", "a brace left open", warning,
       [](Guest& guest) { guest.fs.file(netplan, "network: {ethernets: {eth0: 1\n"); }, netplan},
      {"net.nm-profile-leftover", "centos7", "a profile for ens192", info,
       [](Guest& guest) {
         guest.fs.file("/etc/NetworkManager/system-connections/a.nmconnection",
                       "[connection]\ntype=ethernet\ninterface-name=ens192\n");
       }},
      {"net.multi-nic", "centos7", "a second card", info,
       [](Guest& guest) {
         guest.fs.file(ifcfg, "BOOTPROTO=dhcp\nONBOOT=yes\n");
         guest.fs.file("/etc/sysconfig/network-scripts/ifcfg-eth1", "BOOTPROTO=dhcp\n");
       }},
      {"net.mtu", "centos7", "jumbo frames", info,
       [](Guest& guest) { guest.fs.file(ifcfg, "BOOTPROTO=dhcp\nONBOOT=yes\nMTU=9000\n"); }, ifcfg,
       3, "jdcloud"},
      {"net.hostname-leftover", "centos6", "the builder's name", info,
       [](Guest& guest) {
         guest.fs.file("/etc/sysconfig/network", "NETWORKING=yes\nHOSTNAME=build7\n");
       }},
      {"net.no-dhcp-client", "debian12_bios", "the client is removed", warning,
       [](Guest& guest) {
         guest.fs.remove("/usr/sbin/dhclient").remove("/usr/lib/systemd/systemd-networkd");
       }},
      {"net.dns-immutable", "debian12_bios", "resolv.conf is frozen", warning,
       [](Guest& guest) {
         guest.fs.file("/etc/resolv.conf", "nameserver 10.0.0.53\n");
         guest.fs.attributes("/etc/resolv.conf", "i");
       }},
      {"net.networkmanager-conflict", "centos6", "both services", warning,
       [](Guest& guest) {
         run_level(guest, "network");
         run_level(guest, "NetworkManager");
       }},
      {"net.ipv6", "centos7", "IPv6 off by sysctl", info,
       [](Guest& guest) {
         guest.fs.file("/etc/sysctl.conf", "net.ipv6.conf.all.disable_ipv6 = 1\n");
       }},
      {"net.proxy-leftover", "debian12_bios", "a proxy for apt", warning,
       [](Guest& guest) {
         guest.fs.file("/etc/apt/apt.conf.d/90proxy",
                       "Acquire::http::Proxy \"http://10.0.0.1:3128\";\n");
       }},
      {"net.firewall", "debian12_bios", "nftables is enabled", info,
       [](Guest& guest) {
         enable_unit(guest, "nftables.service", "/usr/sbin/nft", "sysinit.target");
       }},
      {"net.ssh", "debian12_bios", "the server is not enabled", info,
       [](Guest& guest) {
         guest.fs.remove("/etc/systemd/system/multi-user.target.wants/ssh.service");
       }},
  };
}

}  // namespace imprint::guests

#include "tests/guests/library/redhat_parts.h"

#include <fmt/format.h>

namespace imprint::guests {

Kernel redhat_kernel(const std::string& version, const std::string& filesystem) {
  Kernel kernel;
  kernel.lvm = true;  // dracut takes dm-mod along by default
  kernel.version = version;
  kernel.image = fmt::format("/boot/vmlinuz-{}", version);
  kernel.initrd = fmt::format("/boot/initramfs-{}.img", version);
  kernel.suffix = ".ko.xz";
  kernel.filesystem = filesystem;
  kernel.config = "CONFIG_SECURITY_SELINUX=y\nCONFIG_DEFAULT_SECURITY_SELINUX=y\n";
  kernel.early_microcode = true;
  return kernel;
}

void add_redhat(Guest& guest, const std::string& distro) {
  add_merged_usr(guest);
  add_accounts(guest, redhat_shadow);
  add_systemd(guest);
  add_ssh(guest, "sshd.service");
  enable_unit(guest, "NetworkManager.service", "/usr/sbin/NetworkManager");
  guest.fs.file("/etc/NetworkManager/NetworkManager.conf", "[main]\n\n[logging]\n");
  guest.fs.folder("/etc/NetworkManager/system-connections", 0700);
  add_cloud_init(guest, distro, "NoCloud, ConfigDrive, OpenStack, AliYun, Ec2, None");
  add_guest_agent(guest);
  guest.fs.folder("/etc/sysconfig");
}

void add_ifcfg(Guest& guest) {
  guest.fs.file("/etc/sysconfig/network", "NETWORKING=yes\n");
  guest.fs.file("/etc/sysconfig/network-scripts/ifcfg-eth0",
                "DEVICE=eth0\nTYPE=Ethernet\nBOOTPROTO=dhcp\nONBOOT=yes\nUSERCTL=no\n");
  guest.fs.file("/etc/sysconfig/network-scripts/ifcfg-lo",
                "DEVICE=lo\nIPADDR=127.0.0.1\nNETMASK=255.0.0.0\nONBOOT=yes\nNAME=loopback\n");
}

void add_release(Guest& guest, const std::string& name, const std::string& line,
                 const std::string& os_release) {
  const std::string file = name + "-release";
  guest.fs.file("/etc/" + file, line + "\n");
  for (const char* link : {"redhat-release", "system-release"})
    if (file != link) guest.fs.link(fmt::format("/etc/{}", link), file);
  guest.fs.file("/etc/issue", os_release.empty() ? line + "\nKernel \\r on an \\m\n\n"
                                                 : "\\S\nKernel \\r on an \\m\n\n");
  if (os_release.empty()) return;
  guest.fs.file("/usr/lib/os-release", os_release).link("/etc/os-release", "../usr/lib/os-release");
}

}  // namespace imprint::guests

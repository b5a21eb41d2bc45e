#include <fmt/format.h>

#include "tests/guests/library/guests.h"

namespace imprint::guests {
namespace {

constexpr const char* version = "5.14.21-150500.55.19-default";

/// The installer's proposal, besides the root.
std::string subvolume_lines() {
  std::string text;
  for (const char* path : {"/var", "/usr/local", "/tmp", "/srv", "/root", "/opt", "/home",
                           "/boot/grub2/x86_64-efi", "/boot/grub2/i386-pc", "/.snapshots"})
    text += fmt::format("UUID={}  {}  btrfs  subvol=/@{}  0  0\n", system_uuid, path, path);
  return text;
}

void add_sles(Guest& guest) {
  add_merged_usr(guest);
  add_accounts(guest, suse_shadow);
  add_systemd(guest);
  add_ssh(guest, "sshd.service");
  enable_unit(guest, "wicked.service", "/usr/sbin/wicked");
  guest.fs.link("/etc/systemd/system/network.service", "/usr/lib/systemd/system/wicked.service");
  guest.fs.file("/etc/sysconfig/network/ifcfg-eth0", "BOOTPROTO='dhcp'\nSTARTMODE='auto'\n");
  guest.fs.file("/etc/sysconfig/network/config", "NETCONFIG_DNS_POLICY=\"auto\"\n");
  add_cloud_init(guest, "sles", "NoCloud, ConfigDrive, OpenStack, AliYun, Ec2, None");
  add_guest_agent(guest);
  guest.fs
      .file("/usr/lib/os-release",
            "NAME=\"SLES\"\nVERSION=\"15-SP5\"\nVERSION_ID=\"15.5\"\n"
            "PRETTY_NAME=\"SUSE Linux Enterprise Server 15 SP5\"\nID=\"sles\"\n"
            "ID_LIKE=\"suse\"\nCPE_NAME=\"cpe:/o:suse:sles:15:sp5\"\n")
      .link("/etc/os-release", "../usr/lib/os-release");
  guest.fs.file(
      "/etc/issue",
      "\nWelcome to SUSE Linux Enterprise Server 15 SP5  (x86_64) - Kernel \\r (\\l).\n\n");
}

}  // namespace

Guest sles15() {
  Guest guest;
  lay_out(guest, guest::TableType::mbr,
          {{"btrfs", system_uuid, "", "", 1024}, {"swap", swap_uuid, "", "", 64}});
  guest.inventory.volumes[0].subvolumes = {"@",
                                           "@/var",
                                           "@/usr/local",
                                           "@/tmp",
                                           "@/srv",
                                           "@/root",
                                           "@/opt",
                                           "@/home",
                                           "@/boot/grub2/x86_64-efi",
                                           "@/boot/grub2/i386-pc",
                                           "@/.snapshots",
                                           "@/.snapshots/1/snapshot"};
  for (std::uint64_t id = 256; id < 256 + guest.inventory.volumes[0].subvolumes.size(); ++id)
    guest.inventory.volumes[0].subvolume_ids.push_back(id);
  guest.mounts = {{0, "/", "@/.snapshots/1/snapshot"}};
  add_sles(guest);
  guest.fs.file("/etc/fstab",
                fmt::format("UUID={}  /  btrfs  defaults  0  0\n{}UUID={}  swap  swap  defaults  "
                            "0  0\n",
                            system_uuid, subvolume_lines(), swap_uuid));
  guest.fs.folder("/usr/local").folder("/boot/grub2/x86_64-efi").folder("/boot/grub2/i386-pc");
  guest.fs.folder("/.snapshots");
  guest.fs.file("/etc/snapper/configs/root", "SUBVOLUME=\"/\"\nFSTYPE=\"btrfs\"\n");
  Kernel kernel;
  kernel.version = version;
  kernel.image = fmt::format("/boot/vmlinuz-{}", version);
  kernel.initrd = fmt::format("/boot/initrd-{}", version);
  kernel.suffix = ".ko.zst";
  kernel.filesystem = "btrfs";
  kernel.config = "CONFIG_SECURITY_SELINUX=y\nCONFIG_LSM=\"integrity,apparmor\"\n";
  add_kernel(guest, kernel);
  guest.fs.link("/boot/vmlinuz", "vmlinuz-" + std::string{version})
      .link("/boot/initrd", "initrd-" + std::string{version});
  guest.fs
      .file("/boot/grub2/grub.cfg",
            data("opensuse-grub.cfg", {{"openSUSE Leap 15.5", "SLES 15-SP5"}}))
      .file("/boot/grub2/grubenv", grubenv(""));
  return guest;
}

}  // namespace imprint::guests

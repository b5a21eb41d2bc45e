#include <fmt/format.h>

#include "tests/guests/library/guests.h"

namespace imprint::guests {
namespace {

using guest::TableType;

constexpr const char* version = "5.15.0-101-generic";

void add_ubuntu_kernel(Guest& guest, bool lvm) {
  Kernel kernel;
  kernel.version = version;
  kernel.image = fmt::format("/boot/vmlinuz-{}", version);
  kernel.initrd = fmt::format("/boot/initrd.img-{}", version);
  kernel.builtin = {"virtio", "virtio_ring", "virtio_pci", "virtio_blk", "ext4"};
  kernel.config =
      "CONFIG_SECURITY_SELINUX=y\nCONFIG_LSM=\"landlock,lockdown,yama,integrity,apparmor\"\n";
  kernel.early_microcode = true;
  kernel.lvm = lvm;
  add_kernel(guest, kernel);
  guest.fs.link("/boot/vmlinuz", "vmlinuz-" + std::string{version})
      .link("/boot/initrd.img", "initrd.img-" + std::string{version});
}

void add_ubuntu(Guest& guest) {
  add_merged_usr(guest);
  add_accounts(guest, debian_shadow);
  add_systemd(guest);
  add_ssh(guest, "ssh.service");
  guest.fs.link("/etc/systemd/system/sshd.service", "/usr/lib/systemd/system/ssh.service");
  enable_unit(guest, "systemd-networkd.service", "/usr/lib/systemd/systemd-networkd");
  enable_unit(guest, "systemd-resolved.service", "/usr/lib/systemd/systemd-resolved");
  guest.fs.file("/usr/sbin/netplan", "#!/usr/bin/python3\n", 0755).folder("/etc/netplan");
  add_cloud_init(guest, "ubuntu", "NoCloud, ConfigDrive, OpenStack, AliYun, Ec2, None");
  add_guest_agent(guest);
  guest.fs.file("/usr/lib/os-release",
                "PRETTY_NAME=\"Ubuntu 22.04.4 LTS\"\nNAME=\"Ubuntu\"\nVERSION_ID=\"22.04\"\n"
                "VERSION=\"22.04.4 LTS (Jammy Jellyfish)\"\nVERSION_CODENAME=jammy\nID=ubuntu\n"
                "ID_LIKE=debian\nUBUNTU_CODENAME=jammy\n");
  guest.fs.link("/etc/os-release", "../usr/lib/os-release");
  guest.fs.file("/etc/lsb-release",
                "DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=22.04\nDISTRIB_CODENAME=jammy\n"
                "DISTRIB_DESCRIPTION=\"Ubuntu 22.04.4 LTS\"\n");
  guest.fs.file("/etc/debian_version", "bookworm/sid\n")
      .file("/etc/issue", "Ubuntu 22.04.4 LTS \\n \\l\n\n");
}

}  // namespace

Guest ubuntu_cloud() {
  Guest guest;
  lay_out(guest, TableType::gpt,
          {{"vfat", esp_uuid, "UEFI", "", 128},
           {"ext4", system_uuid, "cloudimg-rootfs", "", 1024},
           {"", "", "", bios_boot_type, 4}});
  guest.inventory.volumes[1].part_uuid = "b6a1e52c-0f6d-4bd1-9a60-4b0b7a6f4a10";
  guest.mounts = {{1, "/", ""}, {0, "/boot/efi", ""}};
  add_ubuntu(guest);
  guest.fs.file("/etc/fstab",
                "LABEL=cloudimg-rootfs\t/\t ext4\tdiscard,errors=remount-ro\t0 1\n"
                "LABEL=UEFI\t/boot/efi\tvfat\tumask=0077\t0 1\n");
  add_ubuntu_kernel(guest, false);
  guest.fs.file("/boot/grub/grub.cfg", data("ubuntu-grub.cfg"))
      .file("/boot/grub/grubenv", grubenv(""));
  guest.fs.file(
      "/boot/efi/EFI/ubuntu/grub.cfg",
      fmt::format(
          "search.fs_uuid {} root \nset prefix=($root)'/boot/grub'\nconfigfile $prefix/grub.cfg\n",
          system_uuid));
  guest.fs.file("/boot/efi/EFI/BOOT/BOOTX64.EFI", pe_image({{".text", "shim"}}));
  return guest;
}

Guest ubuntu_lvm() {
  Guest guest;
  lay_out(guest, TableType::gpt,
          {{"", "", "", bios_boot_type, 4},
           {"ext4", system_uuid, "", "", 512},
           {"LVM2_member", "Uz3BPS-Jcqx-f3aH-Y8xN-1w5t-0Lr9-imprnt", "", "", 1280}});
  add_logical_volume(guest, "ubuntu-vg", "ubuntu-lv", {"ext4", split_root_uuid, "", "", 1024});
  guest.mounts = {{3, "/", ""}, {1, "/boot", ""}};
  add_ubuntu(guest);
  guest.fs.file("/etc/netplan/00-installer-config.yaml",
                "# This is the network config written by 'subiquity'\nnetwork:\n  ethernets:\n"
                "    ens3:\n      dhcp4: true\n  version: 2\n",
                0600);
  guest.fs.file("/etc/fstab",
                fmt::format("# <file system> <mount point> <type> <options> <dump> <pass>\n"
                            "/dev/mapper/ubuntu--vg-ubuntu--lv / ext4 defaults 0 1\n"
                            "/dev/disk/by-uuid/{} /boot ext4 defaults 0 1\n"
                            "/swap.img\tnone\tswap\tsw\t0\t0\n",
                            system_uuid));
  guest.fs.file("/swap.img", std::string(4096, '\0'), 0600);
  add_ubuntu_kernel(guest, true);
  guest.fs
      .file("/boot/grub/grub.cfg",
            data("debian12-lvm-grub.cfg",
                 {{"6.1.0-18-amd64", version},
                  {"6.1.0-17-amd64", version},
                  {"/dev/mapper/debian--vg-root", "/dev/mapper/ubuntu--vg-ubuntu--lv"},
                  {"Debian GNU/Linux", "Ubuntu"}}))
      .file("/boot/grub/grubenv", grubenv(""));
  return guest;
}

}  // namespace imprint::guests

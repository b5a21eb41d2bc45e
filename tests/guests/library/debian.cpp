#include <fmt/format.h>

#include "tests/guests/library/guests.h"

namespace imprint::guests {
namespace {

using guest::TableType;

constexpr const char* kernel_config =
    "CONFIG_FW_CFG_SYSFS=m\nCONFIG_SECURITY_SELINUX=y\nCONFIG_SECURITY_APPARMOR=y\n"
    "CONFIG_LSM=\"landlock,lockdown,yama,loadpin,safesetid,integrity,apparmor,selinux,smack,tomoyo,"
    "bpf\"\n";

void add_kernels(Guest& guest, bool lvm) {
  for (const char* version : {"6.1.0-18-amd64", "6.1.0-17-amd64"}) {
    Kernel kernel;
    kernel.version = version;
    kernel.image = fmt::format("/boot/vmlinuz-{}", version);
    kernel.initrd = fmt::format("/boot/initrd.img-{}", version);
    kernel.config = kernel_config;
    kernel.lvm = lvm;
    add_kernel(guest, kernel);
  }
  guest.fs.link("/vmlinuz", "boot/vmlinuz-6.1.0-18-amd64")
      .link("/initrd.img", "boot/initrd.img-6.1.0-18-amd64");
}

/// What every Debian has.
void add_debian(Guest& guest) {
  add_merged_usr(guest);
  add_accounts(guest, debian_shadow);
  add_systemd(guest);
  add_ssh(guest, "ssh.service");
  guest.fs.link("/etc/systemd/system/sshd.service", "/usr/lib/systemd/system/ssh.service");
  enable_unit(guest, "networking.service", "/usr/sbin/ifup");
  guest.fs.file("/etc/network/interfaces",
                "# This file describes the network interfaces available on your system\n"
                "source /etc/network/interfaces.d/*\n\nauto lo\niface lo inet loopback\n\n"
                "allow-hotplug ens3\niface ens3 inet dhcp\n");
  guest.fs.folder("/etc/network/interfaces.d");
  add_cloud_init(guest, "debian", "NoCloud, ConfigDrive, OpenStack, AliYun, Ec2, None");
  add_guest_agent(guest);
  guest.fs.file("/usr/lib/os-release",
                "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nNAME=\"Debian GNU/Linux\"\n"
                "VERSION_ID=\"12\"\nVERSION=\"12 (bookworm)\"\nVERSION_CODENAME=bookworm\n"
                "ID=debian\nHOME_URL=\"https://www.debian.org/\"\n");
  guest.fs.link("/etc/os-release", "../usr/lib/os-release");
  guest.fs.file("/etc/debian_version", "12.5\n")
      .file("/etc/issue", "Debian GNU/Linux 12 \\n \\l\n\n");
}

}  // namespace

Guest debian12_bios() {
  Guest guest;
  lay_out(guest, TableType::mbr,
          {{"ext4", system_uuid, "root", "", 1024},
           {"swap", swap_uuid, "swap", "", 64},
           {"ext4", data_uuid, "data", "", 64}});
  guest.mounts = {{0, "/", ""}};
  add_debian(guest);
  guest.fs.file("/etc/fstab",
                fmt::format("# /etc/fstab: static file system information.\n"
                            "UUID={}  /  ext4  errors=remount-ro  0  1\n"
                            "UUID=0F0E0D0C-0B0A-4908-8706-050403020100 none swap sw 0 0\n"
                            "/dev/sr0 /media/cdrom0 udf,iso9660 user,noauto 0 0\n",
                            system_uuid));
  guest.fs.folder("/media/cdrom0");
  add_kernels(guest, false);
  guest.fs.file("/boot/grub/grub.cfg", data("debian12-grub.cfg"))
      .file("/boot/grub/grubenv", grubenv(""));
  return guest;
}

Guest debian12_lvm_uefi() {
  Guest guest;
  lay_out(guest, TableType::gpt,
          {{"vfat", esp_uuid, "", "", 128},
           {"ext4", system_uuid, "", "", 512},
           {"LVM2_member", "Dz3BPS-Jcqx-f3aH-Y8xN-1w5t-0Lr9-imprnt", "", "", 1280}},
          "");
  add_logical_volume(guest, "debian-vg", "root", {"ext4", split_root_uuid, "", "", 1024});
  guest.mounts = {{3, "/", ""}, {1, "/boot", ""}, {0, "/boot/efi", ""}};
  add_debian(guest);
  guest.fs.file("/etc/fstab",
                fmt::format("/dev/mapper/debian--vg-root / ext4 errors=remount-ro 0 1\n"
                            "UUID={} /boot ext4 defaults 0 2\n"
                            "UUID={} /boot/efi vfat umask=0077 0 1\n",
                            system_uuid, esp_uuid));
  add_kernels(guest, true);
  guest.fs.file("/boot/grub/grub.cfg", data("debian12-lvm-grub.cfg"))
      .file("/boot/grub/grubenv", grubenv(""));
  guest.fs.file("/boot/efi/EFI/debian/grub.cfg",
                fmt::format("search.fs_uuid {} root hd0,gpt2 \nset prefix=($root)'/grub'\n"
                            "configfile $prefix/grub.cfg\n",
                            system_uuid));
  guest.fs.file("/boot/efi/EFI/debian/shimx64.efi", pe_image({{".text", "shim"}}))
      .file("/boot/efi/EFI/debian/grubx64.efi", pe_image({{".text", "grub"}}))
      .file("/boot/efi/EFI/BOOT/BOOTX64.EFI", pe_image({{".text", "shim"}}));
  return guest;
}

}  // namespace imprint::guests

#include <fmt/format.h>

#include "tests/guests/library/guests.h"
#include "tests/guests/library/initramfs.h"

namespace imprint::guests {
namespace {

constexpr const char* version = "6.7.4-arch1-1";
constexpr const char* discoverable_root_type = "4f68bce3-e8cd-4db1-96e7-fbcaf984b709";

Kernel arch_kernel() {
  Kernel kernel;
  kernel.version = version;
  kernel.image = "/boot/vmlinuz-linux";
  kernel.initrd = "/boot/initramfs-linux.img";
  kernel.suffix = ".ko.zst";
  kernel.has_config = false;
  return kernel;
}

void add_arch(Guest& guest) {
  add_merged_usr(guest);
  add_accounts(guest, arch_shadow);
  add_systemd(guest);
  add_ssh(guest, "sshd.service");
  enable_unit(guest, "systemd-networkd.service", "/usr/lib/systemd/systemd-networkd");
  guest.fs.file("/etc/systemd/network/20-wired.network",
                "[Match]\nName=en*\n\n[Network]\nDHCP=yes\n");
  add_cloud_init(guest, "arch", "NoCloud, ConfigDrive, OpenStack, AliYun, Ec2, None");
  add_guest_agent(guest);
  guest.fs
      .file("/usr/lib/os-release",
            "NAME=\"Arch Linux\"\nPRETTY_NAME=\"Arch Linux\"\nID=arch\nBUILD_ID=rolling\n")
      .link("/etc/os-release", "../usr/lib/os-release");
  guest.fs.file("/etc/arch-release", "").file("/etc/issue", "Arch Linux \\r (\\l)\n\n");
}

/// What both have on the disk.
Guest with_systemd_boot() {
  Guest guest;
  lay_out(guest, guest::TableType::gpt,
          {{"vfat", esp_uuid, "", "", 256}, {"ext4", system_uuid, "", "", 1024}}, "");
  guest.mounts = {{1, "/", ""}, {0, "/boot", ""}};
  add_arch(guest);
  guest.fs.file("/etc/fstab",
                fmt::format("UUID={} / ext4 rw,relatime 0 1\nUUID={} /boot vfat umask=0077 0 2\n",
                            system_uuid, esp_uuid));
  const std::string loader = "MZ #### LoaderInfo: systemd-boot 255 ####";
  guest.fs.file("/boot/EFI/systemd/systemd-bootx64.efi", loader)
      .file("/boot/EFI/BOOT/BOOTX64.EFI", loader);
  add_kernel(guest, arch_kernel());
  return guest;
}

}  // namespace

Guest arch() {
  Guest guest = with_systemd_boot();
  guest.fs.file("/boot/intel-ucode.img",
                cpio({{"kernel/x86/microcode/GenuineIntel.bin", "microcode"}}));
  guest.fs.file("/boot/loader/loader.conf", "timeout 3\n#console-mode keep\ndefault arch.conf\n");
  guest.fs.file("/boot/loader/entries/arch.conf",
                fmt::format("title   Arch Linux\nlinux   /vmlinuz-linux\ninitrd  /intel-ucode.img\n"
                            "initrd  /initramfs-linux.img\noptions root=UUID={} rw\n",
                            system_uuid));
  guest.fs.file("/boot/loader/entries/memtest.conf", "title Memtest86+\nefi /memtest.efi\n");
  guest.fs.file("/boot/memtest.efi", pe_image({{".text", "memtest"}}));
  return guest;
}

Guest unified() {
  Guest guest = with_systemd_boot();
  guest.inventory.volumes[1].part_type = discoverable_root_type;
  guest.fs.remove("/boot/vmlinuz-linux").remove("/boot/initramfs-linux.img");
  guest.fs.file("/boot/EFI/Linux/arch-linux.efi",
                pe_image({{".osrel", "ID=arch\nPRETTY_NAME=\"Arch Linux\"\n"},
                          {".cmdline", "rw quiet"},
                          {".uname", version},
                          {".initrd", initramfs_of(arch_kernel())},
                          {".linux", kernel_image(version)}}));
  return guest;
}

}  // namespace imprint::guests

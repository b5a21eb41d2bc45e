// Faults of the files that a boot entry names, of its command line, and of how firmware starts it.

#include "tests/guests/library/faults.h"

namespace imprint::guests {
namespace {

constexpr Severity error = Severity::error;
constexpr Severity warning = Severity::warning;

constexpr const char* debian_config = "/boot/grub/grub.cfg";
constexpr const char* centos7_config = "/boot/grub2/grub.cfg";
constexpr const char* rhel9_entry = "/boot/loader/entries/4f1d-5.14.0-362.el9.x86_64.conf";
constexpr const char* extlinux = "/boot/extlinux.conf";
constexpr const char* coreos_entry = "/boot/loader.1/entries/ostree-2-fedora-coreos.conf";

void replace_root(Guest& guest, const char* root) {
  guest.edit(extlinux, "root=UUID=" + std::string{system_uuid}, root);
}

std::vector<Fault> file_faults() {
  return {
      {"boot.kernel-missing", "rhel9", "no kernel", error,
       [](Guest& guest) { guest.fs.remove("/boot/vmlinuz-5.14.0-362.el9.x86_64"); }, rhel9_entry,
       3},
      {"boot.kernel-missing", "debian12_bios", "no older kernel", warning,
       [](Guest& guest) { guest.fs.remove("/boot/vmlinuz-6.1.0-17-amd64"); }, debian_config},
      {"boot.kernel-missing", "centos6", "/boot named twice", error,
       [](Guest& guest) {
         guest.edit("/boot/grub/grub.conf", "kernel /vmlinuz", "kernel /boot/vmlinuz");
       },
       "/boot/grub/grub.conf", 10},
      {"boot.kernel-invalid", "alpine", "the kernel is a script", error,
       [](Guest& guest) { guest.fs.file("/boot/vmlinuz-virt", "#!/bin/sh\n"); }, extlinux, 11},
      {"boot.kernel-invalid", "sles15", "the kernel is empty", error,
       [](Guest& guest) { guest.fs.file("/boot/vmlinuz-5.14.21-150500.55.19-default", ""); },
       "/boot/grub2/grub.cfg"},
      {"boot.initrd-missing", "rhel9", "no initramfs", error,
       [](Guest& guest) { guest.fs.remove("/boot/initramfs-5.14.0-362.el9.x86_64.img"); },
       rhel9_entry, 4},
      {"boot.initrd-missing", "arch", "an empty initramfs", error,
       [](Guest& guest) { guest.fs.file("/boot/initramfs-linux.img", ""); },
       "/boot/loader/entries/arch.conf", 4},
      {"boot.modules-dir-missing", "openeuler2203", "no modules", error,
       [](Guest& guest) { guest.fs.remove("/usr/lib/modules/5.10.0-60.18.0.50.oe2203.x86_64"); }},
  };
}

std::vector<Fault> command_line_faults() {
  return {
      {"boot.root-unresolvable", "centos7", "the root by another UUID", error,
       [](Guest& guest) {
         guest.edit_all(centos7_config, "root=UUID=" + std::string{system_uuid},
                        "root=UUID=" + std::string{absent_uuid});
       },
       centos7_config, 66},
      {"boot.root-unresolvable", "alpine", "the root by a label of none", error,
       [](Guest& guest) { replace_root(guest, "root=LABEL=nothing"); }, extlinux, 13},
      {"boot.root-unresolvable", "rhel8", "the root is /boot", error,
       [](Guest& guest) {
         guest.edit_all("/boot/grub2/grubenv", "root=UUID=" + std::string{split_root_uuid},
                        "root=UUID=" + std::string{system_uuid});
       }},
      {"boot.root-unresolvable", "debian12_bios", "the root is swap", error,
       [](Guest& guest) {
         guest.edit_all("/boot/grub/grub.cfg", "root=UUID=" + std::string{system_uuid},
                        "root=UUID=" + std::string{swap_uuid});
       },
       "/boot/grub/grub.cfg"},
      {"boot.init-missing", "alpine", "no init", error,
       [](Guest& guest) { guest.fs.remove("/sbin/init"); }, "/sbin/init"},
      {"boot.root-by-kernel-name", "alpine", "the root by its driver", warning,
       [](Guest& guest) { replace_root(guest, "root=/dev/sda1"); }, extlinux, 13},
      {"boot.ostree-deployment", "fedora_coreos", "a link that leads nowhere", error,
       [](Guest& guest) {
         guest.fs.link("/sysroot/ostree/boot.1.1/fedora-coreos/2b0c/0",
                       "../../../deploy/fedora-coreos/deploy/9f3a.1");
       },
       coreos_entry, 3},
      {"boot.ostree-deployment", "fedora_coreos", "links of another version of the menu", error,
       [](Guest& guest) { guest.edit(coreos_entry, "/ostree/boot.1/", "/ostree/boot.0/"); },
       coreos_entry, 3},
      {"boot.resume-unresolvable", "alpine", "resume from another disk's swap", warning,
       [](Guest& guest) {
         guest.edit(extlinux, " quiet", " resume=UUID=" + std::string{absent_uuid} + " quiet");
       },
       extlinux, 13},
      {"boot.rootflags-subvol", "sles15", "a subvolume that is none", error,
       [](Guest& guest) {
         guest.edit("/boot/grub2/grub.cfg", "splash=silent", "rootflags=subvol=@/gone");
       },
       "/boot/grub2/grub.cfg"},
      {"boot.rootflags-subvol", "sles15", "a number of no subvolume", error,
       [](Guest& guest) {
         guest.edit("/boot/grub2/grub.cfg", "splash=silent", "rootflags=subvolid=999");
       },
       "/boot/grub2/grub.cfg"},
      {"boot.cmdline-forbidden", "rhel9", "a shell as init", error,
       [](Guest& guest) { guest.edit(rhel9_entry, " ro ", " rw init=/bin/bash "); }, rhel9_entry,
       5},
      {"boot.cmdline-forbidden", "arch", "single", error,
       [](Guest& guest) { guest.edit("/boot/loader/entries/arch.conf", " rw", " rw single"); },
       "/boot/loader/entries/arch.conf", 5},
      {"boot.fstab-root-vs-cmdline", "centos6", "two roots", warning,
       [](Guest& guest) {
         guest.edit("/etc/fstab", "UUID=" + std::string{split_root_uuid} + " /  ",
                    "UUID=" + std::string{system_uuid} + " /  ");
       },
       "/etc/fstab", 1},
  };
}

std::vector<Fault> firmware_faults() {
  return {
      {"boot.bios-no-bootcode", "debian12_bios", "an empty first sector", error,
       [](Guest& guest) { guest.inventory.disks[0].boot_sector = boot_sector(""); }},
      {"boot.bios-no-bootcode", "alpine", "no signature", error,
       [](Guest& guest) { guest.inventory.disks[0].boot_sector.replace(510, 2, "??"); }},
      {"boot.bios-no-bootcode", "centos7", "another loader's code", warning,
       [](Guest& guest) { guest.inventory.disks[0].boot_sector.replace(100, 5, "OTHER"); }},
      {"boot.efi-fallback-missing", "rhel9", "no BOOTX64.EFI", error,
       [](Guest& guest) { guest.fs.remove("/boot/efi/EFI/BOOT/BOOTX64.EFI"); },
       "/boot/efi/EFI/BOOT"},
      {"boot.root-symlinks-absolute", "ubuntu_lvm", "/bin is an absolute link", error,
       [](Guest& guest) { guest.fs.remove("/bin").link("/bin", "/usr/bin"); }, "/bin"},
  };
}

}  // namespace

std::vector<Fault> boot_faults() {
  std::vector<Fault> faults = file_faults();
  for (const std::vector<Fault>& more :
       {command_line_faults(), firmware_faults(), boot_config_faults()})
    faults.insert(faults.end(), more.begin(), more.end());
  return faults;
}

}  // namespace imprint::guests

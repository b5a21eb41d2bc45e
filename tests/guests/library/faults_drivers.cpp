// Faults of the kernel's drivers and of the initramfs.

#include "tests/guests/library/faults.h"
#include "tests/guests/library/initramfs.h"

namespace imprint::guests {
namespace {

constexpr Severity info = Severity::info;
constexpr Severity error = Severity::error;
constexpr Severity warning = Severity::warning;

constexpr const char* initrd = "/boot/initrd.img-6.1.0-18-amd64";
constexpr const char* config = "/boot/config-6.1.0-18-amd64";

std::string without_disk_driver(const std::string& version) {
  return gzip(cpio({{"init", "#!/bin/sh\n", 0100755},
                    {"usr/lib/modules/" + version + "/kernel/fs/ext4/ext4.ko", "module"},
                    {"usr/lib/modules/" + version + "/kernel/virtio_pci.ko", "module"}}));
}

}  // namespace

std::vector<Fault> driver_faults() {
  return {
      {"drv.virtio-in-initrd", "debian12_bios", "no virtio_blk in the initramfs", error,
       [](Guest& guest) { guest.write(initrd, without_disk_driver("6.1.0-18-amd64")); }, initrd},
      {"boot.initrd-kernel-mismatch", "debian12_bios", "the initramfs of another kernel", error,
       [](Guest& guest) { guest.write(initrd, without_disk_driver("5.10.0-1-amd64")); }, initrd},
      {"boot.initrd-corrupt", "debian12_bios", "half an initramfs", error,
       [](Guest& guest) {
         const std::string whole = guest.text_of(initrd);
         guest.write(initrd, whole.substr(0, whole.size() / 2));
       },
       initrd},
      {"drv.blacklisted", "debian12_bios", "virtio_blk is on the black list", error,
       [](Guest& guest) { guest.fs.file("/etc/modprobe.d/x.conf", "blacklist virtio-blk\n"); },
       "/etc/modprobe.d/x.conf", 1},
      {"drv.leftover-tools", "debian12_bios", "VMware Tools", warning,
       [](Guest& guest) { guest.fs.file("/usr/bin/vmware-uninstall-tools.pl", "", 0755); },
       "/usr/bin/vmware-uninstall-tools.pl"},
      {"drv.modules-dep-missing", "debian12_bios", "depmod never ran", warning,
       [](Guest& guest) { guest.fs.remove("/usr/lib/modules/6.1.0-18-amd64/modules.dep"); }},
      {"boot.only-xen-kernel", "debian12_bios", "a kernel for Xen", error,
       [](Guest& guest) { guest.append(config, "CONFIG_X86_XEN=y\n"); }, config},
      {"boot.default-grub-syntax", "debian12_bios", "an open quote", warning,
       [](Guest& guest) { guest.write("/etc/default/grub", "GRUB_CMDLINE_LINUX=\"quiet\n"); },
       "/etc/default/grub", 1},
      {"drv.virtio-blk-net", "debian12_bios", "no virtio_blk anywhere", error,
       [](Guest& guest) {
         guest.write(initrd, without_disk_driver("6.1.0-18-amd64"));
         guest.edit("/usr/lib/modules/6.1.0-18-amd64/modules.dep",
                    "kernel/drivers/block/virtio_blk.ko:", "x:");
         guest.fs.remove("/usr/lib/modules/6.1.0-18-amd64/kernel/drivers/block/virtio_blk.ko");
         guest.edit(config, "CONFIG_VIRTIO_BLK=m\n", "");
       }},
      {"drv.nvme", "debian12_bios", "no nvme", info,
       [](Guest& guest) {
         guest.edit("/usr/lib/modules/6.1.0-18-amd64/modules.dep",
                    "kernel/drivers/nvme/host/nvme.ko:", "x:");
         guest.edit(config, "CONFIG_BLK_DEV_NVME=m\n", "");
       }},
      {"drv.hostonly-initrd", "debian12_bios", "dracut for one machine", info,
       [](Guest& guest) {
         guest.write(initrd, gzip(cpio({{"lib/dracut/hostonly-kernel-modules.txt", "x"},
                                        {"kernel/virtio_pci.ko", "x"},
                                        {"kernel/virtio_blk.ko", "x"},
                                        {"kernel/ext4.ko", "x"}})));
       },
       initrd},
      {"boot.console", "debian12_bios", "the console of Xen", warning,
       [](Guest& guest) { guest.edit_all("/boot/grub/grub.cfg", " ro ", " ro console=hvc0 "); }},
      {"boot.rescue-default", "centos7", "the rescue kernel first", error,
       [](Guest& guest) {
         guest.fs.file("/boot/vmlinuz-0-rescue-1",
                       guest.text_of("/boot/vmlinuz-3.10.0-1160.el7.x86_64"));
         guest.edit_all("/boot/grub2/grub.cfg", "vmlinuz-3.10.0-1160.el7.x86_64",
                        "vmlinuz-0-rescue-1");
       }},
      {"boot.debug-default", "centos7", "a kernel for debugging", warning,
       [](Guest& guest) {
         guest.fs.file("/boot/vmlinuz-debug",
                       guest.text_of("/boot/vmlinuz-3.10.0-1160.el7.x86_64"));
         guest.edit_all("/boot/grub2/grub.cfg", "vmlinuz-3.10.0-1160.el7.x86_64", "vmlinuz-debug");
       }},
      {"boot.bios-gpt-no-biosboot", "ubuntu_lvm", "no partition for GRUB", error,
       [](Guest& guest) {
         for (guest::Volume& volume : guest.inventory.volumes)
           if (volume.part_type == bios_boot_type) volume.part_type = linux_type;
       }},
      {"boot.bls-machine-id-mismatch", "rhel9", "entries of another machine", info,
       [](Guest& guest) {
         const std::string name = "0123456789abcdef0123456789abcdef-5.14.0-362.el9.x86_64";
         const std::string old = "4f1d-5.14.0-362.el9.x86_64";
         guest.fs.file("/boot/loader/entries/" + name + ".conf",
                       guest.text_of("/boot/loader/entries/" + old + ".conf"));
         guest.fs.remove("/boot/loader/entries/" + old + ".conf");
         guest.write("/boot/grub2/grubenv", grubenv("saved_entry=" + name + "\n"));
         guest.write("/etc/machine-id", "fedcba9876543210fedcba9876543210\n");
       },
       "", 0, "generic", "seal.machine-id"},
      {"boot.grubcfg-efi-overwrite", "ubuntu_cloud", "a menu of UEFI's own", info,
       [](Guest& guest) {
         guest.write("/boot/efi/EFI/other/grub.cfg", guest.text_of("/boot/grub/grub.cfg"));
       }},
      {"boot.grubenv-symlink-bios", "ubuntu_cloud", "the environment on the EFI partition", warning,
       [](Guest& guest) {
         guest.fs.file("/boot/efi/EFI/ubuntu/grubenv", guest.text_of("/boot/grub/grubenv"));
         guest.fs.remove("/boot/grub/grubenv")
             .link("/boot/grub/grubenv", "../efi/EFI/ubuntu/grubenv");
       }},
      {"boot.rd-lvm-luks", "centos7", "a logical volume that is gone", error,
       [](Guest& guest) {
         guest.edit_all("/boot/grub2/grub.cfg", " ro ", " ro rd.lvm.lv=centos/gone ");
       }},
  };
}

}  // namespace imprint::guests

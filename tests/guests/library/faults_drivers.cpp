// Faults of the kernel's drivers and of the initramfs.

#include "tests/guests/library/faults.h"
#include "tests/guests/library/initramfs.h"

namespace imprint::guests {
namespace {

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
      {"boot.rd-lvm-luks", "centos7", "a logical volume that is gone", error,
       [](Guest& guest) {
         guest.edit_all("/boot/grub2/grub.cfg", " ro ", " ro rd.lvm.lv=centos/gone ");
       }},
  };
}

}  // namespace imprint::guests

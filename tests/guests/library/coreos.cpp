// Fedora CoreOS: an ostree deployment is the root, and /boot has entries of the Boot Loader
// Specification alone.

#include <fmt/format.h>

#include "tests/guests/library/redhat_parts.h"

namespace imprint::guests {
namespace {

constexpr const char* version = "6.7.7-200.fc39.x86_64";
constexpr const char* boot_folder = "/boot/ostree/fedora-coreos-2b0c";
constexpr const char* deployment = "/sysroot/ostree/deploy/fedora-coreos/deploy/9f3a.0";

void add_boot(Guest& guest) {
  Kernel kernel = redhat_kernel(version, "xfs");
  kernel.image = fmt::format("{}/vmlinuz-{}", boot_folder, version);
  kernel.initrd = fmt::format("{}/initramfs-{}.img", boot_folder, version);
  kernel.builtin.emplace_back("virtio_pci");
  kernel.has_config = false;
  add_kernel(guest, kernel);
  guest.fs.link("/boot/loader", "loader.1")
      .link("/boot/boot", ".")
      .file("/boot/ignition.firstboot", "");
  guest.fs.file(
      "/boot/loader.1/entries/ostree-1-fedora-coreos.conf",
      fmt::format("title Fedora CoreOS 39.20240309.3.0 (ostree:0)\nversion 1\n"
                  "options mitigations=auto,nosmt ignition.platform.id=qemu "
                  "console=tty0 console=ttyS0,115200n8 root=UUID={} rw rootflags=prjquota "
                  "boot=UUID={} ostree=/ostree/boot.1/fedora-coreos/2b0c/0 "
                  "$ignition_firstboot\n"
                  "linux /ostree/fedora-coreos-2b0c/vmlinuz-{}\n"
                  "initrd /ostree/fedora-coreos-2b0c/initramfs-{}.img\n",
                  split_root_uuid, system_uuid, version, version));
  guest.fs.file("/boot/grub2/grub.cfg", data("coreos-grub.cfg"));
}

}  // namespace

Guest fedora_coreos() {
  Guest guest;
  lay_out(guest, guest::TableType::gpt,
          {{"", "", "", bios_boot_type, 1},
           {"vfat", esp_uuid, "EFI-SYSTEM", "", 128},
           {"ext4", system_uuid, "boot", "", 384},
           {"xfs", split_root_uuid, "root", "", 1024}});
  guest.mounts = {{3, "/", ""}, {2, "/boot", ""}, {1, "/boot/efi", ""}};
  add_redhat(guest, "fedora");
  guest.fs.remove("/etc/cloud").remove("/usr/bin/cloud-init").remove("/var/lib/cloud");
  guest.fs.remove("/etc/systemd/system/cloud-init.target.wants")
      .remove("/etc/systemd/system/multi-user.target.wants/cloud-init.target");
  guest.fs.file("/usr/bin/ignition", elf_program(), 0755);
  guest.fs.link("/ostree", "sysroot/ostree");
  guest.fs.folder(deployment)
      .file(std::string{deployment} + ".origin", "[origin]\ncontainer-image-reference=ostree\n");
  guest.fs.link("/sysroot/ostree/boot.1", "boot.1.1")
      .link("/sysroot/ostree/boot.1.1/fedora-coreos/2b0c/0",
            "../../../deploy/fedora-coreos/deploy/9f3a.0");
  guest.fs.file("/etc/fstab", "");
  add_release(guest, "fedora", "Fedora release 39 (Thirty Nine)",
              "NAME=\"Fedora Linux\"\nVERSION=\"39.20240309.3.0 (CoreOS)\"\nID=fedora\n"
              "VERSION_ID=39\nPLATFORM_ID=\"platform:f39\"\n"
              "PRETTY_NAME=\"Fedora CoreOS 39.20240309.3.0\"\nVARIANT=\"CoreOS\"\n"
              "VARIANT_ID=coreos\nOSTREE_VERSION='39.20240309.3.0'\n");
  add_boot(guest);
  guest.fs.file("/boot/efi/EFI/fedora/grub.cfg",
                fmt::format("search --label boot --set prefix --no-floppy\n"
                            "set prefix=($prefix)/grub2\nconfigfile $prefix/grub.cfg\n"));
  guest.fs.file("/boot/efi/EFI/BOOT/BOOTX64.EFI", pe_image({{".text", "shim"}}));
  add_selinux(guest, "enforcing");
  return guest;
}

}  // namespace imprint::guests

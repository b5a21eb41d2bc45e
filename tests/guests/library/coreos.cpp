// Fedora CoreOS: two deployments of ostree on one physical root, the newer one booted, and /boot
// with entries of the Boot Loader Specification alone.

#include <fmt/format.h>

#include "tests/guests/library/redhat_parts.h"

namespace imprint::guests {
namespace {

constexpr const char* version = "6.7.7-200.fc39.x86_64";
constexpr const char* older_version = "6.6.9-200.fc39.x86_64";
constexpr const char* deployments = "ostree/deploy/fedora-coreos/deploy";

/// A deployment's kernel, its entry in the menu and the link that the entry names.
void add_entry(Guest& guest, int number, const std::string& kernel, const std::string& checksum,
               const std::string& deployment) {
  Kernel files = redhat_kernel(kernel, "xfs");
  const std::string folder = "/ostree/fedora-coreos-" + checksum;
  files.image = fmt::format("/boot{}/vmlinuz-{}", folder, kernel);
  files.initrd = fmt::format("/boot{}/initramfs-{}.img", folder, kernel);
  files.builtin.emplace_back("virtio_pci");
  files.has_config = false;
  add_kernel(guest, files);
  guest.fs.file(
      fmt::format("/boot/loader.1/entries/ostree-{}-fedora-coreos.conf", number),
      fmt::format("title Fedora CoreOS {} (ostree:{})\nversion {}\n"
                  "options mitigations=auto,nosmt ignition.platform.id=qemu "
                  "console=tty0 console=ttyS0,115200n8 root=UUID={} rw rootflags=prjquota "
                  "boot=UUID={} ostree=/ostree/boot.1/fedora-coreos/{}/0 "
                  "$ignition_firstboot\n"
                  "linux {}/vmlinuz-{}\n"
                  "initrd {}/initramfs-{}.img\n",
                  kernel, 2 - number, number, split_root_uuid, system_uuid, checksum, folder,
                  kernel, folder, kernel));
  guest.fs.link(fmt::format("/sysroot/ostree/boot.1.1/fedora-coreos/{}/0", checksum),
                fmt::format("../../../deploy/fedora-coreos/deploy/{}", deployment));
}

void add_boot(Guest& guest) {
  add_entry(guest, 1, older_version, "1c44", "5d21.0");
  add_entry(guest, 2, version, "2b0c", "9f3a.0");
  // Each deployment has the modules of its own kernel alone.
  guest.fs.remove(fmt::format("/usr/lib/modules/{}", older_version));
  guest.fs.link("/boot/loader", "loader.1")
      .link("/boot/boot", ".")
      .link("/sysroot/ostree/boot.1", "boot.1.1")
      .file("/boot/ignition.firstboot", "")
      .file("/boot/grub2/grub.cfg", data("coreos-grub.cfg"))
      .file("/boot/efi/EFI/fedora/grub.cfg",
            "search --label boot --set prefix --no-floppy\n"
            "set prefix=($prefix)/grub2\nconfigfile $prefix/grub.cfg\n")
      .file("/boot/efi/EFI/BOOT/BOOTX64.EFI", pe_image({{".text", "shim"}}));
}

/// Beside the one that boots: the deployment of before, to roll back to.
void add_deployments(Guest& guest) {
  const std::string older = fmt::format("/sysroot/{}/5d21.0", deployments);
  guest.fs.folder(fmt::format("/sysroot/{}/9f3a.0/usr", deployments))
      .folder("/sysroot/ostree/repo/objects")
      .file(fmt::format("/sysroot/{}/9f3a.0.origin", deployments),
            "[origin]\ncontainer-image-reference=ostree\n")
      .file(older + "/etc/fstab", "")
      .file(older + "/usr/lib/os-release", "ID=fedora\nVERSION_ID=39\nVARIANT_ID=coreos\n")
      .link(older + "/etc/os-release", "../usr/lib/os-release");
}

/// What is written to lies in /var, and is made at the first start.
void link_into_var(Guest& guest) {
  for (const auto& [link, target] : {std::pair{"home", "var/home"},
                                     {"root", "var/roothome"},
                                     {"srv", "var/srv"},
                                     {"mnt", "var/mnt"},
                                     {"opt", "var/opt"},
                                     {"ostree", "sysroot/ostree"}})
    guest.fs.remove(fmt::format("/{}", link)).link(fmt::format("/{}", link), target);
}

}  // namespace

Guest fedora_coreos() {
  Guest guest;
  lay_out(guest, guest::TableType::gpt,
          {{"", "", "", bios_boot_type, 1},
           {"vfat", esp_uuid, "EFI-SYSTEM", "", 128},
           {"ext4", system_uuid, "boot", "", 384},
           {"xfs", split_root_uuid, "root", "", 1024}});
  guest.mounts = {{3, "/", fmt::format("{}/9f3a.0", deployments)},
                  {2, "/boot", ""},
                  {1, "/boot/efi", ""},
                  {3, "/var", "ostree/deploy/fedora-coreos/var"},
                  {3, "/sysroot", ""}};
  add_redhat(guest, "fedora");
  guest.fs.remove("/etc/cloud").remove("/usr/bin/cloud-init").remove("/var/lib/cloud");
  guest.fs.remove("/etc/systemd/system/cloud-init.target.wants")
      .remove("/etc/systemd/system/multi-user.target.wants/cloud-init.target");
  guest.fs.file("/usr/bin/ignition", elf_program(), 0755);
  link_into_var(guest);
  add_deployments(guest);
  guest.fs.file("/etc/fstab", "");
  add_release(guest, "fedora", "Fedora release 39 (Thirty Nine)",
              "NAME=\"Fedora Linux\"\nVERSION=\"39.20240309.3.0 (CoreOS)\"\nID=fedora\n"
              "VERSION_ID=39\nPLATFORM_ID=\"platform:f39\"\n"
              "PRETTY_NAME=\"Fedora CoreOS 39.20240309.3.0\"\nVARIANT=\"CoreOS\"\n"
              "VARIANT_ID=coreos\nOSTREE_VERSION='39.20240309.3.0'\n");
  add_boot(guest);
  add_selinux(guest, "enforcing");
  return guest;
}

}  // namespace imprint::guests

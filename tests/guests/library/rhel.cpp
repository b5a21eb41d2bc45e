#include <fmt/format.h>

#include "tests/guests/library/redhat_parts.h"

namespace imprint::guests {
namespace {

using guest::TableType;

/// A connection for whatever card there is, as the installer leaves it.
void add_connection(Guest& guest) {
  guest.fs.file("/etc/NetworkManager/system-connections/ens3.nmconnection",
                "[connection]\nid=ens3\ntype=ethernet\nautoconnect-priority=-999\n"
                "interface-name=ens3\n\n[ipv4]\nmethod=auto\n\n[ipv6]\nmethod=auto\n",
                0600);
}

Kernel built_in_pci(Kernel kernel) {
  kernel.builtin.emplace_back("virtio_pci");
  return kernel;
}

}  // namespace

Guest rhel8() {
  Guest guest;
  lay_out(guest, TableType::mbr,
          {{"xfs", system_uuid, "", "", 512}, {"xfs", split_root_uuid, "", "", 1024}});
  guest.mounts = {{1, "/", ""}, {0, "/boot", ""}};
  add_redhat(guest, "rhel");
  add_ifcfg(guest);
  add_release(guest, "redhat", "Red Hat Enterprise Linux release 8.9 (Ootpa)",
              "NAME=\"Red Hat Enterprise Linux\"\nVERSION=\"8.9 (Ootpa)\"\nID=\"rhel\"\n"
              "ID_LIKE=\"fedora\"\nVERSION_ID=\"8.9\"\nPLATFORM_ID=\"platform:el8\"\n"
              "PRETTY_NAME=\"Red Hat Enterprise Linux 8.9 (Ootpa)\"\n");
  guest.fs.file("/etc/fstab",
                fmt::format("UUID={} / xfs defaults 0 0\nUUID={} /boot xfs defaults 0 0\n",
                            split_root_uuid, system_uuid));
  add_kernel(guest, built_in_pci(redhat_kernel("4.18.0-513.el8.x86_64", "xfs")));
  guest.fs.file("/boot/grub2/grub.cfg", data("rhel8-grub.cfg"));
  guest.fs.file(
      "/boot/loader/entries/4f1d-4.18.0-513.el8.x86_64.conf",
      "title Red Hat Enterprise Linux (4.18.0-513.el8.x86_64) 8.9 (Ootpa)\n"
      "version 4.18.0-513.el8.x86_64\nlinux /vmlinuz-4.18.0-513.el8.x86_64\n"
      "initrd /initramfs-4.18.0-513.el8.x86_64.img $tuned_initrd\n"
      "options $kernelopts $tuned_params\nid rhel-20231020-4.18.0\ngrub_users $grub_users\n"
      "grub_arg --unrestricted\ngrub_class kernel\n");
  guest.fs.file("/boot/grub2/grubenv",
                grubenv(fmt::format("saved_entry=4f1d-4.18.0-513.el8.x86_64\n"
                                    "kernelopts=root=UUID={} ro crashkernel=auto net.ifnames=0 \n"
                                    "boot_success=0\n",
                                    split_root_uuid)));
  add_selinux(guest, "enforcing");
  return guest;
}

Guest rhel9() {
  Guest guest;
  lay_out(guest, TableType::gpt,
          {{"vfat", esp_uuid, "", "", 128}, {"xfs", system_uuid, "", "", 1024}}, "");
  guest.mounts = {{1, "/", ""}, {0, "/boot/efi", ""}};
  add_redhat(guest, "rhel");
  add_connection(guest);
  add_release(guest, "redhat", "Red Hat Enterprise Linux release 9.4 (Plow)",
              "NAME=\"Red Hat Enterprise Linux\"\nVERSION=\"9.4 (Plow)\"\nID=\"rhel\"\n"
              "ID_LIKE=\"fedora\"\nVERSION_ID=\"9.4\"\nPLATFORM_ID=\"platform:el9\"\n"
              "PRETTY_NAME=\"Red Hat Enterprise Linux 9.4 (Plow)\"\n");
  guest.fs.file("/etc/fstab", fmt::format("UUID={} / xfs defaults 0 0\n"
                                          "UUID={} /boot/efi vfat umask=0077,shortname=winnt 0 2\n",
                                          system_uuid, esp_uuid));
  add_kernel(guest, built_in_pci(redhat_kernel("5.14.0-362.el9.x86_64", "xfs")));
  guest.fs.file("/boot/grub2/grub.cfg", data("rhel9-grub.cfg"));
  guest.fs.file("/boot/grub2/grubenv",
                grubenv("saved_entry=4f1d-5.14.0-362.el9.x86_64\nboot_success=1\n"));
  guest.fs.file(
      "/boot/loader/entries/4f1d-5.14.0-362.el9.x86_64.conf",
      fmt::format("title Red Hat Enterprise Linux (5.14.0-362.el9.x86_64) 9.3 (Plow)\n"
                  "version 5.14.0-362.el9.x86_64\nlinux /boot/vmlinuz-5.14.0-362.el9.x86_64\n"
                  "initrd /boot/initramfs-5.14.0-362.el9.x86_64.img $tuned_initrd\n"
                  "options root=UUID={} ro console=ttyS0,115200n8 $tuned_params\n"
                  "grub_users $grub_users\ngrub_arg --unrestricted\ngrub_class rhel\n",
                  system_uuid));
  guest.fs.file("/boot/efi/EFI/redhat/grub.cfg",
                fmt::format("search --no-floppy --root-dev-only --fs-uuid --set=dev {}\nset "
                            "prefix=($dev)/boot/grub2\n"
                            "export $prefix\nconfigfile $prefix/grub.cfg\n",
                            system_uuid));
  guest.fs.file("/boot/efi/EFI/BOOT/BOOTX64.EFI", pe_image({{".text", "shim"}}))
      .file("/boot/efi/EFI/redhat/shimx64.efi", pe_image({{".text", "shim"}}))
      .file("/boot/efi/EFI/redhat/grubx64.efi", pe_image({{".text", "grub"}}));
  add_selinux(guest, "enforcing");
  return guest;
}

}  // namespace imprint::guests

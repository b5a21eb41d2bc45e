#include <fmt/format.h>

#include "tests/guests/library/guests.h"

namespace imprint::guests {
namespace {

void add_openrc(Guest& guest) {
  guest.fs.file("/bin/busybox", elf_program(), 0755).file("/sbin/openrc", elf_program(), 0755);
  for (const char* link : {"/sbin/init", "/bin/sh", "/sbin/udhcpc", "/sbin/getty"})
    guest.fs.link(link, "/bin/busybox");
  guest.fs.file("/etc/inittab",
                "::sysinit:/sbin/openrc sysinit\n::sysinit:/sbin/openrc boot\n"
                "::wait:/sbin/openrc default\n\ntty1::respawn:/sbin/getty 38400 tty1\n"
                "ttyS0::respawn:/sbin/getty -L ttyS0 115200 vt100\n"
                "::shutdown:/sbin/openrc shutdown\n");
  for (const char* link : {"boot/networking", "boot/hostname", "default/sshd", "default/cloud-init",
                           "default/qemu-guest-agent"}) {
    const std::string_view service =
        std::string_view{link}.substr(std::string_view{link}.find('/') + 1);
    guest.fs.file(fmt::format("/etc/init.d/{}", service), "#!/sbin/openrc-run\n", 0755)
        .link(fmt::format("/etc/runlevels/{}", link), fmt::format("/etc/init.d/{}", service));
  }
}

}  // namespace

Guest alpine() {
  Guest guest;
  lay_out(guest, guest::TableType::mbr,
          {{"ext4", system_uuid, "", "", 1024}, {"swap", swap_uuid, "", "", 64}},
          "Missing operating system.");
  guest.inventory.volumes[0].bootable = true;
  guest.mounts = {{0, "/", ""}};
  add_split_usr(guest);
  add_accounts(guest, debian_shadow);
  guest.edit("/etc/passwd", "/root:/bin/bash", "/root:/bin/ash");
  add_openrc(guest);
  guest.fs.link("/bin/ash", "/bin/busybox").remove("/bin/bash");
  add_ssh(guest, "");
  guest.fs.file("/etc/network/interfaces",
                "auto lo\niface lo inet loopback\n\nauto eth0\niface eth0 inet dhcp\n");
  guest.fs.file("/etc/fstab", fmt::format("UUID={}\t/\text4\trw,relatime 0 1\n"
                                          "UUID={}\tswap\tswap\tdefaults\t0 0\n"
                                          "tmpfs\t/tmp\ttmpfs\tnosuid,nodev\t0\t0\n",
                                          system_uuid, swap_uuid));
  guest.fs
      .file("/usr/lib/os-release",
            "NAME=\"Alpine Linux\"\nID=alpine\nVERSION_ID=3.19.1\n"
            "PRETTY_NAME=\"Alpine Linux v3.19\"\nHOME_URL=\"https://alpinelinux.org/\"\n")
      .link("/etc/os-release", "../usr/lib/os-release");
  guest.fs.file("/etc/alpine-release", "3.19.1\n");
  guest.fs.file("/etc/issue", "Welcome to Alpine Linux 3.19\nKernel \\r on an \\m (\\l)\n\n");
  Kernel kernel;
  kernel.version = "6.6.14-0-virt";
  kernel.image = "/boot/vmlinuz-virt";
  kernel.initrd = "/boot/initramfs-virt";
  kernel.modules = "/lib/modules";
  kernel.suffix = ".ko.gz";
  kernel.config = "CONFIG_LSM=\"landlock,lockdown,yama,loadpin,safesetid,integrity\"\n";
  add_kernel(guest, kernel);
  guest.fs.file("/boot/extlinux.conf", data("alpine-extlinux.conf"));
  guest.fs.file("/boot/ldlinux.sys", "ldlinux").file("/boot/menu.c32", "menu");
  return guest;
}

}  // namespace imprint::guests

#include <fmt/format.h>

#include "tests/guests/library/redhat_parts.h"

namespace imprint::guests {
namespace {

using guest::TableType;

/// Upstart with the scripts of System V.
void add_upstart(Guest& guest) {
  guest.fs.file("/sbin/init", elf_program(), 0755)
      .file("/etc/rc.d/rc.sysinit", "#!/bin/bash\n", 0755)
      .file("/etc/init/rc.conf", "start on runlevel [0123456]\nexec /etc/rc.d/rc $RUNLEVEL\n")
      .file("/etc/init/rcS.conf", "start on startup\nexec /etc/rc.d/rc.sysinit\n")
      .file("/etc/init/tty.conf", "respawn\ninstance $TTY\nexec /sbin/mingetty $TTY\n")
      .file("/etc/init/serial.conf", "exec /sbin/agetty /dev/$DEV $SPEED vt100-nav\n")
      .file("/etc/inittab", "id:3:initdefault:\n");
  guest.fs.link("/etc/rc3.d", "rc.d/rc3.d").link("/etc/init.d", "rc.d/init.d");
  for (const char* service : {"network", "sshd", "cloud-init", "qemu-ga"})
    guest.fs
        .file(fmt::format("/etc/rc.d/init.d/{}", service),
              fmt::format("#!/bin/bash\n#\n# {}\n#\n# chkconfig: 2345 55 25\n", service), 0755)
        .link(fmt::format("/etc/rc.d/rc3.d/S55{}", service), fmt::format("../init.d/{}", service));
}

}  // namespace

Guest centos6() {
  Guest guest;
  lay_out(guest, TableType::mbr,
          {{"ext4", system_uuid, "", "", 256}, {"ext4", split_root_uuid, "", "", 1024}});
  guest.mounts = {{1, "/", ""}, {0, "/boot", ""}};
  add_split_usr(guest);
  guest.fs.folder("/dev/shm").folder("/dev/pts");
  add_accounts(guest, redhat_shadow);
  add_upstart(guest);
  add_ssh(guest, "");
  add_ifcfg(guest);
  add_release(guest, "centos", "CentOS release 6.10 (Final)", "");
  guest.fs.file("/etc/lsb-release", "LSB_VERSION=base-4.0-amd64:base-4.0-noarch\n");
  guest.fs.file(
      "/etc/fstab",
      fmt::format("UUID={} /                       ext4    defaults        1 1\n"
                  "UUID={} /boot                   ext4    defaults        1 2\n"
                  "tmpfs                   /dev/shm                tmpfs   defaults        0 0\n"
                  "devpts                  /dev/pts                devpts  gid=5,mode=620  0 0\n"
                  "sysfs                   /sys                    sysfs   defaults        0 0\n"
                  "proc                    /proc                   proc    defaults        0 0\n",
                  split_root_uuid, system_uuid));
  Kernel kernel = redhat_kernel("2.6.32-754.el6.x86_64", "ext4");
  kernel.modules = "/lib/modules";
  kernel.suffix = ".ko";
  kernel.early_microcode = false;
  add_kernel(guest, kernel);
  guest.fs.file("/boot/grub/grub.conf", data("centos6-grub.conf"));
  guest.fs.link("/boot/grub/menu.lst", "./grub.conf")
      .link("/etc/grub.conf", "../boot/grub/grub.conf");
  add_selinux(guest, "disabled");
  return guest;
}

Guest centos7() {
  Guest guest;
  lay_out(guest, TableType::mbr, {{"xfs", system_uuid, "root", "", 1024}});
  guest.mounts = {{0, "/", ""}};
  add_redhat(guest, "centos");
  add_ifcfg(guest);
  add_release(guest, "centos", "CentOS Linux release 7.9.2009 (Core)",
              "NAME=\"CentOS Linux\"\nVERSION=\"7 (Core)\"\nID=\"centos\"\n"
              "ID_LIKE=\"rhel fedora\"\nVERSION_ID=\"7\"\nPRETTY_NAME=\"CentOS Linux 7 (Core)\"\n");
  guest.fs.file("/etc/fstab",
                fmt::format("\n#\n# /etc/fstab\n# Created by anaconda\n#\n"
                            "UUID={} /                       xfs     defaults        0 0\n",
                            system_uuid));
  add_kernel(guest, redhat_kernel("3.10.0-1160.el7.x86_64", "xfs"));
  guest.fs.file("/boot/vmlinuz-0-rescue-4f1d", kernel_image("3.10.0-1160.el7.x86_64"));
  guest.fs.file("/boot/initramfs-0-rescue-4f1d.img",
                initramfs_of(redhat_kernel("3.10.0-1160.el7.x86_64", "xfs")), 0600);
  guest.fs.file("/boot/grub2/grub.cfg", data("centos7-grub.cfg"));
  guest.fs.file("/boot/grub2/grubenv",
                grubenv("saved_entry=CentOS Linux (3.10.0-1160.el7.x86_64) 7 (Core)\n"));
  add_selinux(guest, "disabled");
  return guest;
}

}  // namespace imprint::guests

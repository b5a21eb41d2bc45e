// Clouds' and communities' own distributions of Red Hat's family.

#include <fmt/format.h>

#include "tests/guests/library/redhat_parts.h"

namespace imprint::guests {
namespace {

using guest::TableType;

/// A system like CentOS 7 with another kernel and name; `title` is that of the menu.
Guest like_centos7(const std::string& distro, const std::string& kernel_version,
                   const std::string& title) {
  Guest guest;
  lay_out(guest, TableType::mbr, {{"ext4", system_uuid, "", "", 1024}});
  guest.mounts = {{0, "/", ""}};
  add_redhat(guest, distro);
  add_ifcfg(guest);
  guest.fs.file("/etc/fstab",
                fmt::format("\n#\n# /etc/fstab\n# Created by anaconda\n#\n"
                            "UUID={} /                       ext4    defaults        1 1\n",
                            system_uuid));
  Kernel kernel = redhat_kernel(kernel_version, "ext4");
  add_kernel(guest, kernel);
  guest.fs.file("/boot/vmlinuz-0-rescue-4f1d", kernel_image(kernel_version));
  guest.fs.file("/boot/initramfs-0-rescue-4f1d.img", initramfs_of(kernel), 0600);
  guest.fs.file("/boot/grub2/grub.cfg",
                data("centos7-grub.cfg", {{"3.10.0-1160.el7.x86_64", kernel_version},
                                          {"7 (Core)", "release"},
                                          {"CentOS Linux", title},
                                          {"insmod xfs", "insmod ext2"}}));
  guest.fs.file("/boot/grub2/grubenv",
                grubenv(fmt::format("saved_entry={} ({}) release\n", title, kernel_version)));
  return guest;
}

}  // namespace

Guest aliyun2() {
  Guest guest = like_centos7("centos", "4.19.91-27.6.al7.x86_64", "Aliyun Linux");
  add_release(guest, "alinux", "Aliyun Linux release 2.1903 LTS (Hunting Beagle)",
              "NAME=\"Aliyun Linux\"\nVERSION=\"2.1903 LTS (Hunting Beagle)\"\nID=\"alinux\"\n"
              "ID_LIKE=\"rhel fedora centos anolis\"\nVERSION_ID=\"2.1903\"\n"
              "PRETTY_NAME=\"Aliyun Linux 2.1903 LTS (Hunting Beagle)\"\n"
              "HOME_URL=\"https://www.aliyun.com/\"\n");
  add_selinux(guest, "disabled");
  return guest;
}

Guest openeuler2203() {
  Guest guest = like_centos7("openeuler", "5.10.0-60.18.0.50.oe2203.x86_64", "openEuler");
  guest.fs.file("/etc/openEuler-release", "openEuler release 22.03 LTS\n")
      .file("/etc/system-release", "openEuler release 22.03 LTS\n");
  guest.fs
      .file("/usr/lib/os-release",
            "NAME=\"openEuler\"\nVERSION=\"22.03 LTS\"\nID=\"openEuler\"\n"
            "VERSION_ID=\"22.03\"\nPRETTY_NAME=\"openEuler 22.03 LTS\"\n")
      .link("/etc/os-release", "../usr/lib/os-release");
  guest.fs.file("/etc/issue",
                "\nAuthorized users only. All activities may be monitored and "
                "reported.\n");
  add_selinux(guest, "enforcing");
  return guest;
}

}  // namespace imprint::guests

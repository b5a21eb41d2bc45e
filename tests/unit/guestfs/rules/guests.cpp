#include "tests/unit/guestfs/rules/guests.h"

#include <fmt/format.h>

#include <algorithm>

namespace imprint::rules::test {
namespace {

using guest::Volume;

Volume partition(int number, std::string filesystem, std::string uuid, std::string label) {
  Volume volume;
  volume.device = fmt::format("/dev/sda{}", number);
  volume.number = number;
  volume.start = static_cast<std::uint64_t>(number) << 20U;
  volume.size = 1U << 20U;
  volume.filesystem = std::move(filesystem);
  volume.uuid = std::move(uuid);
  volume.label = std::move(label);
  volume.part_uuid = fmt::format("1a2b3c4d-{:02}", number);
  return volume;
}

/// What every guest has, whoever made it.
Guest base(const std::string& filesystem, const std::string& fstab) {
  Guest guest;
  guest.inventory.disks.push_back({"/dev/sda", std::uint64_t{2} << 30U, guest::TableType::mbr, {}});
  guest.inventory.volumes = {
      partition(1, filesystem, root_uuid, "root"),
      partition(2, "swap", "0f0e0d0c-0b0a-4908-8706-050403020100", "swap"),
      partition(3, "ext4", "11111111-2222-4333-8444-555555555555", "data"),
  };
  guest.mounts = {{0, "/", ""}};
  guest.cmdline = fmt::format("root=UUID={} ro quiet", root_uuid);
  guest.fs.file("/etc/fstab", fstab).folder("/root", 0700).folder("/data").folder("/boot");
  guest.fs.file("/usr/bin/passwd", "x", 04755).file("/bin/bash", "x", 0755);
  guest.fs.file("/etc/passwd",
                "root:x:0:0:root:/root:/bin/bash\n"
                "daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n"
                "user:x:1000:1000:,,,:/home/user:/bin/bash\n");
  guest.fs.file("/etc/shadow",
                "root:$6$abc$def:19500:0:99999:7:::\n"
                "daemon:*:19500:0:99999:7:::\n"
                "user:!:19500:0:99999:7:::\n",
                0640);
  guest.fs.file("/etc/group", "root:x:0:\nshadow:x:42:\n");
  return guest;
}

void make_systemd(Guest& guest) {
  guest.fs.file("/usr/lib/systemd/systemd", "x", 0755).link("/sbin/init", "/lib/systemd/systemd");
  guest.fs.link("/lib", "usr/lib");
}

void add_selinux(Guest& guest, const std::string& mode) {
  guest.fs.file("/etc/selinux/config", "# This file controls the state of SELinux.\nSELINUX=" +
                                           mode + "\nSELINUXTYPE=targeted\n");
  guest.fs.file("/etc/selinux/targeted/policy/policy.33", "policy");
  guest.fs.file("/etc/selinux/targeted/contexts/files/file_contexts", "contexts");
  for (const char* path : {"/etc/passwd", "/etc/shadow", "/bin/bash", "/usr/lib/systemd/systemd"})
    guest.fs.xattr(path, "security.selinux", "system_u:object_r:etc_t:s0");
}

/// As Red Hat's packages ship it.
void close_shadow(Guest& guest) {
  guest.fs.file("/etc/shadow", text_of(guest, "/etc/shadow"), 0000);
  guest.fs.xattr("/etc/shadow", "security.selinux", "system_u:object_r:shadow_t:s0");
}

facts::Boot boot_of(const Guest& guest) {
  facts::Boot boot;
  facts::BootEntry entry;
  entry.title = "Linux";
  entry.cmdline = guest.cmdline;
  entry.kernel = facts::BootFile{};
  entry.kernel->path = guest.kernel;
  entry.kernel->match = guest::Match::found;
  boot.loader = facts::Loader::grub2;
  boot.entries.push_back(std::move(entry));
  boot.default_entry = 0;
  return boot;
}

}  // namespace

Guest debian12() {
  Guest guest =
      base("ext4", fmt::format("# /etc/fstab: static file system information.\n"
                               "UUID={}  /  ext4  errors=remount-ro  0  1\n"
                               "UUID=0F0E0D0C-0B0A-4908-8706-050403020100 none swap sw 0 0\n"
                               "/dev/sr0 /media/cdrom0 udf,iso9660 user,noauto 0 0\n",
                               root_uuid));
  make_systemd(guest);
  guest.fs.owner("/etc/shadow", 0, 42);
  guest.fs.file("/usr/lib/os-release",
                "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nNAME=\"Debian GNU/Linux\"\n"
                "VERSION_ID=\"12\"\nVERSION=\"12 (bookworm)\"\nID=debian\n");
  guest.fs.link("/etc/os-release", "../usr/lib/os-release");
  guest.fs.file("/etc/debian_version", "12.5\n")
      .file("/etc/issue", "Debian GNU/Linux 12 \\n \\l\n\n");
  return guest;
}

Guest ubuntu2204() {
  Guest guest = base("ext4",
                     "LABEL=root\t/\t ext4\tdiscard,errors=remount-ro\t0 1\n"
                     "LABEL=data\t/boot\text4\tdefaults\t0 2\n");
  make_systemd(guest);
  guest.fs.owner("/etc/shadow", 0, 42);
  guest.fs.file("/etc/os-release",
                "PRETTY_NAME=\"Ubuntu 22.04.4 LTS\"\nNAME=\"Ubuntu\"\nVERSION_ID=\"22.04\"\n"
                "ID=ubuntu\nID_LIKE=debian\n");
  guest.fs.file("/etc/lsb-release",
                "DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=22.04\nDISTRIB_CODENAME=jammy\n"
                "DISTRIB_DESCRIPTION=\"Ubuntu 22.04.4 LTS\"\n");
  guest.fs.file("/etc/debian_version", "bookworm/sid\n")
      .file("/etc/issue", "Ubuntu 22.04.4 LTS \\n \\l\n");
  return guest;
}

Guest centos6() {
  Guest guest = base(
      "ext4",
      fmt::format("UUID={} /                       ext4    defaults        1 1\n"
                  "tmpfs                   /dev/shm                tmpfs   defaults        0 0\n"
                  "devpts                  /dev/pts                devpts  gid=5,mode=620  0 0\n"
                  "sysfs                   /sys                    sysfs   defaults        0 0\n"
                  "proc                    /proc                   proc    defaults        0 0\n",
                  root_uuid));
  guest.fs.file("/sbin/init", "x")
      .file("/etc/rc.d/rc.sysinit", "x")
      .file("/etc/inittab", "id:3:\n");
  guest.fs.file("/etc/centos-release", "CentOS release 6.10 (Final)\n");
  guest.fs.link("/etc/redhat-release", "centos-release")
      .link("/etc/system-release", "centos-release");
  guest.fs.file("/etc/lsb-release", "LSB_VERSION=base-4.0-amd64:base-4.0-noarch\n");
  guest.fs.file("/etc/issue", "CentOS release 6.10 (Final)\nKernel \\r on an \\m\n\n");
  close_shadow(guest);
  return guest;
}

Guest centos7() {
  Guest guest =
      base("xfs", fmt::format("\n#\n# /etc/fstab\n# Created by anaconda\n#\n"
                              "UUID={} /                       xfs     defaults        0 0\n",
                              root_uuid));
  make_systemd(guest);
  guest.fs.file(
      "/etc/os-release",
      "NAME=\"CentOS Linux\"\nVERSION=\"7 (Core)\"\nID=\"centos\"\n"
      "ID_LIKE=\"rhel fedora\"\nVERSION_ID=\"7\"\nPRETTY_NAME=\"CentOS Linux 7 (Core)\"\n");
  guest.fs.file("/etc/centos-release", "CentOS Linux release 7.9.2009 (Core)\n");
  guest.fs.link("/etc/redhat-release", "centos-release")
      .link("/etc/system-release", "centos-release");
  guest.fs.file("/etc/issue", "\\S\nKernel \\r on an \\m\n\n");
  close_shadow(guest);
  add_selinux(guest, "disabled");
  return guest;
}

Guest rhel9() {
  Guest guest = base("xfs", fmt::format("UUID={} / xfs defaults 0 0\n", root_uuid));
  make_systemd(guest);
  guest.fs.file("/etc/os-release",
                "NAME=\"Red Hat Enterprise Linux\"\nVERSION=\"9.4 (Plow)\"\nID=\"rhel\"\n"
                "ID_LIKE=\"fedora\"\nVERSION_ID=\"9.4\"\nPLATFORM_ID=\"platform:el9\"\n");
  guest.fs.file("/etc/redhat-release", "Red Hat Enterprise Linux release 9.4 (Plow)\n");
  guest.fs.link("/etc/system-release", "redhat-release");
  guest.fs.file("/etc/issue", "\\S\nKernel \\r on an \\m\n\n");
  close_shadow(guest);
  add_selinux(guest, "enforcing");
  return guest;
}

Guest alpine() {
  Guest guest = base(
      "ext4", fmt::format("UUID={}\t/\text4\trw,relatime 0 1\n"
                          "UUID=0f0e0d0c-0b0a-4908-8706-050403020100\tswap\tswap\tdefaults\t0 0\n"
                          "tmpfs\t/tmp\ttmpfs\tnosuid,nodev\t0\t0\n",
                          root_uuid));
  guest.cmdline = "root=UUID=" + std::string{root_uuid} + " modules=ext4 quiet";
  guest.fs.folder("/tmp").owner("/etc/shadow", 0, 42);
  guest.fs.file("/bin/busybox", "x").link("/sbin/init", "/bin/busybox").file("/sbin/openrc", "x");
  guest.fs.file(
      "/etc/os-release",
      "NAME=\"Alpine Linux\"\nID=alpine\nVERSION_ID=3.19.1\nPRETTY_NAME=\"Alpine Linux v3.19\"\n");
  guest.fs.file("/etc/alpine-release", "3.19.1\n");
  guest.fs.file("/etc/issue", "Welcome to Alpine Linux 3.19\nKernel \\r on an \\m (\\l)\n\n");
  return guest;
}

std::vector<std::pair<std::string, Guest>> all_guests() {
  return {{"debian12", debian12()}, {"ubuntu2204", ubuntu2204()}, {"centos6", centos6()},
          {"centos7", centos7()},   {"rhel9", rhel9()},           {"alpine", alpine()}};
}

std::string text_of(Guest& guest, const std::string& path) {
  guest::FollowingFs fs{guest.fs};
  return facts::read_source(fs, path).text;
}

void add_fstab(Guest& guest, const std::string& line) {
  guest.fs.file("/etc/fstab", text_of(guest, "/etc/fstab") + line + "\n");
}

Judgement judge(Guest& guest, const Profile& profile) {
  guest::FollowingFs fs{guest.fs};
  facts::Facts facts;
  facts.init = facts::detect_init(fs);
  facts.mounts = guest.mounts;
  facts.release = facts::read_release(fs);
  facts.fstab = facts::read_fstab(fs, guest.inventory, facts.init);
  facts.accounts = facts::read_accounts(fs);
  facts.boot = boot_of(guest);
  facts.selinux =
      facts::read_selinux(fs, facts.boot,
                          facts.release.family == facts::Family::redhat ? facts::Activation::yes
                                                                        : facts::Activation::no);
  Judgement judgement = run_rules({guest.inventory, fs, facts}, profile);
  std::erase_if(judgement.findings,
                [](const Finding& finding) { return finding.rule.starts_with("boot."); });
  std::erase_if(judgement.undetermined,
                [](const Undetermined& each) { return each.rule.starts_with("boot."); });
  return judgement;
}

std::vector<std::string> complaints(const Judgement& judgement) {
  std::vector<std::string> result;
  for (const Finding& finding : judgement.findings)
    if (finding.severity != Severity::info)
      result.push_back(fmt::format("{} {}", finding.rule, to_string(finding.severity)));
  std::sort(result.begin(), result.end());
  return result;
}

std::vector<std::string> complaints(Guest& guest, const Profile& profile) {
  return complaints(judge(guest, profile));
}

Finding finding_of(const Judgement& judgement, const std::string& rule) {
  for (const Finding& finding : judgement.findings)
    if (finding.rule == rule) return finding;
  return {};
}

}  // namespace imprint::rules::test

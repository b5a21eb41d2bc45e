#include "tests/guests/library/parts.h"

#include <fmt/format.h>

#include <deque>

#include "tests/guests/library/binaries.h"

namespace imprint::guests {
namespace {

void add_folders(Guest& guest) {
  for (const char* path : {"/dev", "/proc", "/sys", "/run", "/mnt", "/media", "/srv", "/opt",
                           "/home", "/boot", "/data", "/var/lib", "/var/cache", "/etc/default"})
    guest.fs.folder(path);
  guest.fs.folder("/root", 0700).folder("/tmp", 01777).folder("/var/tmp", 01777);
  guest.fs.folder("/var/log");
  guest.fs.file("/etc/machine-id", "").file("/etc/hostname", "localhost\n");
  guest.fs.file("/etc/hosts", "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost\n");
  guest.fs.file("/etc/nsswitch.conf",
                "passwd: files\ngroup: files\nshadow: files\nhosts: files dns\n");
}

void add_programs(Guest& guest, const std::string& bin, const std::string& sbin) {
  for (const char* name : {"sh", "bash", "ls", "cat", "mount", "cp"})
    guest.fs.file(fmt::format("{}/{}", bin, name), elf_program(), 0755);
  for (const char* name : {"dhclient", "ip", "fsck", "fsck.ext4", "blkid", "modprobe", "nologin"})
    guest.fs.file(fmt::format("{}/{}", sbin, name), elf_program(), 0755);
  guest.fs.file("/usr/bin/passwd", elf_program(), 04755);
  guest.fs.file("/usr/sbin/useradd", elf_program(), 0755)
      .file("/usr/sbin/chpasswd", elf_program(), 0755);
}

}  // namespace

void add_merged_usr(Guest& guest) {
  add_folders(guest);
  for (const char* name : {"bin", "sbin", "lib", "lib64"})
    guest.fs.folder(fmt::format("/usr/{}", name))
        .link(fmt::format("/{}", name), fmt::format("usr/{}", name));
  add_programs(guest, "/usr/bin", "/usr/sbin");
}

void add_split_usr(Guest& guest) {
  add_folders(guest);
  for (const char* name : {"bin", "sbin", "lib", "lib64"})
    guest.fs.folder(fmt::format("/{}", name)).folder(fmt::format("/usr/{}", name));
  add_programs(guest, "/bin", "/sbin");
}

void add_accounts(Guest& guest, const ShadowStyle& style) {
  guest.fs.file("/etc/passwd",
                "root:x:0:0:root:/root:/bin/bash\n"
                "daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n"
                "sshd:x:74:74:Privilege-separated SSH:/run/sshd:/usr/sbin/nologin\n");
  guest.fs.file("/etc/shadow",
                "root:*:19500:0:99999:7:::\n"
                "daemon:*:19500:0:99999:7:::\n"
                "sshd:!:19500::::::\n",
                style.mode);
  guest.fs.owner("/etc/shadow", 0, style.group);
  std::string group = "root:x:0:\ndaemon:x:1:\nsshd:x:74:\n";
  if (style.group != 0) group += fmt::format("shadow:x:{}:\n", style.group);
  guest.fs.file("/etc/group", group);
  guest.fs.file("/etc/gshadow", "root:*::\ndaemon:*::\nsshd:!::\n", style.mode)
      .owner("/etc/gshadow", 0, style.group);
}

void add_systemd(Guest& guest) {
  guest.fs.file("/usr/lib/systemd/systemd", elf_program(), 0755)
      .file("/usr/lib/systemd/systemd-journald", elf_program(), 0755)
      .link("/usr/sbin/init", "../lib/systemd/systemd");
  for (const char* unit : {"multi-user.target", "graphical.target", "rescue.target",
                           "emergency.target", "getty@.service", "serial-getty@.service",
                           "systemd-remount-fs.service", "systemd-logind.service"})
    guest.fs.file(fmt::format("/usr/lib/systemd/system/{}", unit),
                  fmt::format("[Unit]\nDescription={}\n", unit));
  guest.fs.link("/usr/lib/systemd/system/default.target", "graphical.target");
  guest.fs.link("/etc/systemd/system/default.target", "/usr/lib/systemd/system/multi-user.target");
  guest.fs.link("/etc/systemd/system/getty.target.wants/getty@tty1.service",
                "/usr/lib/systemd/system/getty@.service");
}

void enable_unit(Guest& guest, const std::string& unit, const std::string& exec,
                 const std::string& wanted_by) {
  const std::string path = "/usr/lib/systemd/system/" + unit;
  guest.fs.file(exec, elf_program(), 0755);
  guest.fs.file(path, fmt::format("[Unit]\nDescription={}\n\n[Service]\nExecStart={}\n\n"
                                  "[Install]\nWantedBy={}\n",
                                  unit, exec, wanted_by));
  guest.fs.link(fmt::format("/etc/systemd/system/{}.wants/{}", wanted_by, unit), path);
}

void add_ssh(Guest& guest, const std::string& unit) {
  guest.fs.folder("/etc/ssh").file("/usr/sbin/sshd", elf_program(), 0755);
  guest.fs.file("/usr/bin/ssh-keygen", elf_program(), 0755);
  guest.fs.file("/etc/ssh/sshd_config",
                "# $OpenBSD: sshd_config,v 1.104 2021/07/02 05:11:21 dtucker Exp $\n"
                "#Port 22\n#PermitRootLogin prohibit-password\nPubkeyAuthentication yes\n"
                "AuthorizedKeysFile .ssh/authorized_keys\nUsePAM yes\nX11Forwarding no\n"
                "AcceptEnv LANG LC_*\nSubsystem sftp /usr/lib/openssh/sftp-server\n",
                0600);
  guest.fs.file("/usr/lib/openssh/sftp-server", elf_program(), 0755);
  if (!unit.empty()) enable_unit(guest, unit, "/usr/sbin/sshd");
}

void add_cloud_init(Guest& guest, const std::string& distro, const std::string& datasources) {
  guest.fs.file("/etc/cloud/cloud.cfg",
                data("cloud.cfg", {{"@DISTRO@", distro}, {"@DATASOURCES@", datasources}}));
  guest.fs.folder("/etc/cloud/cloud.cfg.d").folder("/var/lib/cloud");
  guest.fs.file("/etc/cloud/cloud.cfg.d/05_logging.cfg", data("cloud-logging.cfg", {}));
  guest.fs.file("/usr/bin/cloud-init", "#!/usr/bin/python3\n", 0755);
  guest.fs.file("/usr/bin/growpart", "#!/bin/sh\n", 0755);
  guest.fs.file("/usr/lib/python3/dist-packages/cloudinit/__init__.py", "");
  guest.fs.file("/usr/lib/systemd/system/cloud-init.target",
                "[Unit]\nDescription=Cloud-init target\n");
  for (const char* unit : {"cloud-init-local.service", "cloud-init.service", "cloud-config.service",
                           "cloud-final.service"})
    guest.fs
        .file(fmt::format("/usr/lib/systemd/system/{}", unit),
              "[Service]\nExecStart=/usr/bin/cloud-init init\n\n[Install]\n"
              "WantedBy=cloud-init.target\n")
        .link(fmt::format("/etc/systemd/system/cloud-init.target.wants/{}", unit),
              fmt::format("/usr/lib/systemd/system/{}", unit));
  guest.fs.link("/etc/systemd/system/multi-user.target.wants/cloud-init.target",
                "/usr/lib/systemd/system/cloud-init.target");
}

void add_guest_agent(Guest& guest) {
  enable_unit(guest, "qemu-guest-agent.service", "/usr/bin/qemu-ga",
              "dev-virtio\\x2dports-org.qemu.guest_agent.0.device");
}

void add_selinux(Guest& guest, const std::string& mode) {
  guest.fs.file("/etc/selinux/config", "# This file controls the state of SELinux.\nSELINUX=" +
                                           mode + "\nSELINUXTYPE=targeted\n");
  guest.fs.file("/etc/selinux/targeted/policy/policy.33", "policy");
  guest.fs.file("/etc/selinux/targeted/contexts/files/file_contexts", "contexts");
  std::deque<std::string> folders{""};
  while (!folders.empty()) {
    const std::string folder = folders.front();
    folders.pop_front();
    const auto path = guest::GuestPath::parse(folder.empty() ? "/" : folder);
    const auto entries = guest.fs.list(path.value());
    if (!entries) continue;
    for (const guest::FolderEntry& entry : *entries) {
      const std::string below = folder + "/" + entry.name;
      const char* label =
          below == "/etc/shadow" ? "system_u:object_r:shadow_t:s0" : "system_u:object_r:etc_t:s0";
      guest.fs.xattr(below, "security.selinux", label);
      if (entry.type == guest::FileType::folder) folders.push_back(below);
    }
  }
}

}  // namespace imprint::guests

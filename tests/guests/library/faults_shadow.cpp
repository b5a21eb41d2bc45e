#include "tests/guests/library/faults.h"

namespace imprint::guests {
namespace {

constexpr const char* passwd = "/etc/passwd";
constexpr const char* shadow = "/etc/shadow";

}  // namespace

std::vector<Fault> shadow_faults() {
  constexpr Severity error = Severity::error;
  constexpr Severity warning = Severity::warning;
  return {
      {"passwd.missing", "debian12_bios", "no passwd", error,
       [](Guest& guest) { guest.fs.remove(passwd); }, passwd},
      {"passwd.missing", "sles15", "an empty passwd", error,
       [](Guest& guest) { guest.write(passwd, ""); }, passwd},
      {"shadow.missing", "centos7", "no shadow", error,
       [](Guest& guest) { guest.fs.remove(shadow); }, shadow},
      {"shadow.missing", "alpine", "an empty shadow", error,
       [](Guest& guest) { guest.write(shadow, ""); }, shadow},
      {"shadow.immutable", "centos6", "shadow is frozen", error,
       [](Guest& guest) { guest.fs.attributes(shadow, "i"); }, shadow},
      {"shadow.immutable", "debian12_bios", "/etc is frozen", error,
       [](Guest& guest) { guest.fs.attributes("/etc", "ie"); }, "/etc"},
      {"shadow.readonly-fs", "debian12_bios", "/etc is mounted read-only", error,
       [](Guest& guest) { guest.add_fstab("LABEL=data /etc ext4 ro 0 2"); }, "/etc/fstab", 5},
      {"shadow.parse", "ubuntu_lvm", "root's line has too few fields", error,
       [](Guest& guest) { guest.edit(shadow, "root:*:19500:0:99999:7:::", "root:*:19500"); },
       shadow, 1},
      {"shadow.parse", "debian12_bios", "lines end with CR LF", error,
       [](Guest& guest) { guest.edit_all(passwd, "\n", "\r\n"); }, passwd, 1},
      {"shadow.parse", "openeuler2203", "a line without an account", warning,
       [](Guest& guest) { guest.append(shadow, "nobody-knows:*:19500::::::\n"); }, shadow, 4},
      {"shadow.parse", "centos7", "a NUL byte", error,
       [](Guest& guest) {
         guest.write(shadow, guest.text_of(shadow) + std::string{"#\0\n", 3});
       },
       shadow, 4},
      {"shadow.lock-leftover", "debian12_bios", "a lock without a process", error,
       [](Guest& guest) { guest.fs.file("/etc/shadow.lock", ""); }, "/etc/shadow.lock"},
      {"shadow.lock-leftover", "sles15", "a lock of a process that may run again", warning,
       [](Guest& guest) {
         guest.fs.file("/etc/passwd.lock", std::string{"812\0", 4});
       },
       "/etc/passwd.lock"},
      {"shadow.root-absent", "rhel9", "no root in shadow", warning,
       [](Guest& guest) { guest.edit(shadow, "root:*:19500:0:99999:7:::\n", ""); }, shadow},
      {"shadow.root-absent", "rhel8", "no root in passwd", error,
       [](Guest& guest) { guest.edit(passwd, "root:x:0:0:root:/root:/bin/bash\n", ""); }, passwd},
      {"passwd.root-uid0", "centos7", "root has the number 500", error,
       [](Guest& guest) { guest.edit(passwd, "root:x:0:0", "root:x:500:0"); }, passwd, 1},
      {"login.nologin", "aliyun2", "/etc/nologin was left behind", error,
       [](Guest& guest) { guest.fs.file("/etc/nologin", "down for maintenance\n"); },
       "/etc/nologin"},
      {"shadow.mode", "ubuntu_cloud", "mode 0440", warning,
       [](Guest& guest) {
         guest.fs.file(shadow, guest.text_of(shadow), 0440).owner(shadow, 0, 42);
       },
       shadow},
      {"shadow.perms-too-open", "sles15", "mode 0644", warning,
       [](Guest& guest) { guest.fs.file(shadow, guest.text_of(shadow), 0644); }, shadow},
      {"shadow.perms-too-open", "arch", "belongs to another user", warning,
       [](Guest& guest) { guest.fs.owner(shadow, 1000, 0); }, shadow},
      {"shadow.root-shell", "debian12_lvm_uefi", "root has no shell", warning,
       [](Guest& guest) { guest.edit(passwd, "/root:/bin/bash", "/root:/usr/sbin/nologin"); },
       passwd, 1},
      {"shadow.root-shell", "debian12_bios", "root has expired", warning,
       [](Guest& guest) {
         guest.edit(shadow, "root:*:19500:0:99999:7:::", "root:*:19500:0:99999:7::1:");
         guest.fs.modified(shadow, 1'700'000'000);
       },
       shadow, 1},
      {"passwd.command-missing", "fedora_coreos", "no passwd(1)", warning,
       [](Guest& guest) { guest.fs.remove("/usr/bin/passwd"); }},
      {"passwd.extra-uid0", "centos6", "a second root", warning,
       [](Guest& guest) {
         guest.append(passwd, "toor:x:0:0::/root:/bin/bash\n");
         guest.append(shadow, "toor:*:19500::::::\n");
       },
       passwd, 4},
      {"passwd.unshadowed", "unified", "root needs no password", warning,
       [](Guest& guest) { guest.edit(passwd, "root:x:", "root::"); }, passwd, 1},
      {"home.missing", "debian12_bios", "no /root", warning,
       [](Guest& guest) { guest.fs.remove("/root"); }, passwd, 1},
  };
}

}  // namespace imprint::guests

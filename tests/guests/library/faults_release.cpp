#include "tests/guests/library/faults.h"

namespace imprint::guests {

std::vector<Fault> release_faults() {
  constexpr Severity error = Severity::error;
  constexpr Severity warning = Severity::warning;
  return {
      {"release.unrecognised", "debian12_bios", "no release files", error,
       [](Guest& guest) {
         guest.fs.remove("/etc/os-release")
             .remove("/usr/lib/os-release")
             .remove("/etc/debian_version");
       },
       "/etc/os-release"},
      {"release.unrecognised", "centos6", "a release file that says nothing", error,
       [](Guest& guest) { guest.write("/etc/centos-release", "changed\n"); }},
      {"release.unrecognised", "ubuntu_lvm", "the link in /etc is gone", warning,
       [](Guest& guest) { guest.fs.remove("/etc/os-release"); }, "/etc/os-release"},
      {"release.symlink-broken", "ubuntu_cloud", "the link dangles", error,
       [](Guest& guest) { guest.fs.remove("/usr/lib/os-release"); }, "/etc/os-release"},
      {"release.symlink-broken", "centos7", "an older link dangles", warning,
       [](Guest& guest) {
         guest.fs.remove("/etc/redhat-release").link("/etc/redhat-release", "gone");
       },
       "/etc/redhat-release"},
      {"release.conflict", "debian12_lvm_uefi", "a file of Red Hat beside Debian's", warning,
       [](Guest& guest) {
         guest.fs.file("/etc/redhat-release", "CentOS Linux release 7.9.2009 (Core)\n");
       },
       "/etc/redhat-release"},
      {"release.conflict", "rhel9", "a file of Rocky beside Red Hat's", warning,
       [](Guest& guest) {
         guest.fs.file("/etc/rocky-release", "Rocky Linux release 9.4 (Blue Onyx)\n");
       },
       "/etc/rocky-release"},
      {"release.conflict", "debian12_bios", "an os-release of another family", error,
       [](Guest& guest) {
         guest.fs.file("/usr/lib/os-release", "ID=bclinux\nID_LIKE=\"rhel fedora\"\nVERSION_ID=8\n")
             .file("/etc/issue", "\\S\n");
       }},
      {"release.conflict", "debian12_bios", "a name that nobody knows", warning,
       [](Guest& guest) { guest.fs.file("/usr/lib/os-release", "ID=tampered\nVERSION_ID=1\n"); }},
      {"release.malformed", "debian12_bios", "an empty os-release", warning,
       [](Guest& guest) { guest.write("/etc/os-release", ""); }, "/etc/os-release"},
      {"release.malformed", "aliyun2", "a quote that is not closed", warning,
       [](Guest& guest) {
         guest.edit("/etc/os-release", "VERSION_ID=\"2.1903\"", "VERSION_ID=\"2");
       },
       "/etc/os-release", 5},
      {"release.issue-missing-or-empty", "ubuntu_lvm", "no issue", warning,
       [](Guest& guest) { guest.fs.remove("/etc/issue"); }, "/etc/issue"},
      {"release.issue-missing-or-empty", "alpine", "an empty issue", warning,
       [](Guest& guest) { guest.write("/etc/issue", ""); }, "/etc/issue"},
      {"release.unknown-but-well-formed", "arch", "a distribution that nobody knows",
       Severity::info,
       [](Guest& guest) {
         guest.write("/etc/os-release", "NAME=Ours\nID=ourlinux\nVERSION_ID=1\n");
         guest.fs.remove("/etc/arch-release").file("/etc/issue", "\\S\n");
       },
       "/etc/os-release", 2},
  };
}

}  // namespace imprint::guests

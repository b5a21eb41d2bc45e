#include "tests/guests/library/faults.h"

namespace imprint::guests {

std::vector<Fault> platform_faults() {
  constexpr Severity info = Severity::info;
  return {
      {"release.eol", "sles15", "version 12", info,
       [](Guest& guest) {
         guest.edit("/usr/lib/os-release", "VERSION_ID=\"15", "VERSION_ID=\"12");
       }},
      {"cpu.level", "rhel8", "version 9", info,
       [](Guest& guest) {
         guest.edit("/etc/os-release", "VERSION_ID=\"8", "VERSION_ID=\"9");
         guest.edit("/etc/redhat-release", "release 8", "release 9");
       }},
      {"fw.mismatch", "ubuntu_cloud", "nothing for a BIOS", Severity::error,
       [](Guest& guest) { guest.inventory.disks[0].boot_sector = std::string(512, '\0'); }, "", 0,
       "jdcloud"},
      {"fs.growpart-missing", "debian12_bios", "growpart is removed", info,
       [](Guest& guest) { guest.fs.remove("/usr/bin/growpart"); }},
      {"os.rtc", "debian12_bios", "a clock in local time", info,
       [](Guest& guest) { guest.fs.file("/etc/adjtime", "0.0 0 0.0\n0\nLOCAL\n"); }, "/etc/adjtime",
       3},
      {"fstab.systemd-mount-units", "debian12_bios", "a device that is not there", Severity::error,
       [](Guest& guest) {
         guest.fs
             .file(
                 "/etc/systemd/system/data.mount",
                 "[Mount]\nWhat=/dev/disk/by-uuid/" + std::string{absent_uuid} + "\nWhere=/data\n")
             .link("/etc/systemd/system/local-fs.target.requires/data.mount", "../data.mount");
       },
       "/etc/systemd/system/data.mount", 2},
  };
}

}  // namespace imprint::guests

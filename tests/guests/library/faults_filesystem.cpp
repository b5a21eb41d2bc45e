// How file systems were left, what room they have, and what the image is declared to be.

#include "tests/guests/library/faults.h"

namespace imprint::guests {
namespace {

constexpr std::uint64_t mebibyte = std::uint64_t{1} << 20U;
constexpr std::string_view declared_centos7 = IMPRINT_GUESTS_DATA "/declared-centos7.toml";

guest::Volume& root_of(Guest& guest) {
  return guest.inventory.volumes[guest.mounts.front().volume];
}

/// The group's physical volume says that there is another one.
void span_group(Guest& guest) {
  const std::string group = root_of(guest).volume_group;
  for (guest::Volume& volume : guest.inventory.volumes) {
    if (volume.filesystem != "LVM2_member") continue;
    volume.uuid = "here";
    volume.state.emplace();
    volume.state->set = {group, 2, {"here", "elsewhere"}};
  }
}

void move_to_arm(Guest& guest) {
  std::string program = elf_program();
  program[18] = '\xB7';  // EM_AARCH64
  guest.write("/bin/sh", program);
}

void promise_data_disk(Guest& guest) {
  guest::Volume volume;
  volume.promised_by = "data";
  volume.device = "data:1";
  volume.disk = -1;
  volume.uuid = absent_uuid;
  volume.filesystem = "xfs";
  guest.inventory.volumes.push_back(volume);
  guest.fs.folder("/data");
  guest.add_fstab("UUID=" + std::string{absent_uuid} + " /data xfs defaults 0 0");
}

}  // namespace

std::vector<Fault> filesystem_faults() {
  constexpr Severity warning = Severity::warning;
  constexpr Severity error = Severity::error;
  return {
      {"fs.dirty", "debian12_bios", "made of a running machine", warning,
       [](Guest& guest) { root_of(guest).state.emplace().dirty = true; }},
      {"fs.dirty", "windows2022", "Windows was running", warning,
       [](Guest& guest) { root_of(guest).state.emplace().dirty = true; }},
      {"fs.errors", "centos7", "the kernel found damage", error,
       [](Guest& guest) { root_of(guest).state.emplace().errors = true; }},
      {"fs.free-space", "debian12_bios", "a root without room", warning,
       [](Guest& guest) {
         root_of(guest).space = {1024 * mebibyte, mebibyte, 65536, 60000};
       }},
      {"fs.free-space", "aliyun2", "a root that is nearly full", error,
       [](Guest& guest) {
         root_of(guest).space = {8192 * mebibyte, 80 * mebibyte, 65536, 60000};
       },
       "", 0, "jdcloud"},
      {"fs.inodes", "debian12_bios", "no inodes left", warning,
       [](Guest& guest) {
         root_of(guest).space = {1024 * mebibyte, 512 * mebibyte, 65536, 7};
       }},
      {"fs.inodes", "aliyun2", "nearly no inodes left", error,
       [](Guest& guest) {
         root_of(guest).space = {8192 * mebibyte, 4096 * mebibyte, 65536, 600};
       },
       "", 0, "jdcloud"},
      {"fs.ext4-64bit", "aliyun2", "a root with 64bit", warning,
       [](Guest& guest) { root_of(guest).state.emplace().wide_blocks = true; }, "", 0, "ecs"},
      {"fs.multi-disk-root", "ubuntu_lvm", "a group with a disk elsewhere", error, span_group},
      {"fs.promised-disk", "centos7", "a disk that a manifest promises", Severity::info,
       promise_data_disk, "/etc/fstab"},
      {"release.declared-mismatch", "centos7", "version 8 for version 7", error,
       [](Guest& guest) {
         guest.edit("/etc/os-release", "VERSION_ID=\"7", "VERSION_ID=\"8");
         guest.edit("/etc/redhat-release", "release 7", "release 8");
       },
       "", 0, declared_centos7, "release.eol"},
      {"arch.mismatch", "centos7", "a system for ARM", error, move_to_arm, "", 0, "jdcloud"},
  };
}

}  // namespace imprint::guests

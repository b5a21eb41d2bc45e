#include "tests/guests/library/faults.h"

namespace imprint::guests {
namespace {

constexpr std::uint64_t gibibyte = std::uint64_t{1} << 30U;

/// One more partition, `start` bytes from the disk's.
void add_partition(Guest& guest, const std::string& filesystem, std::uint64_t start) {
  guest::Volume volume;
  volume.device = "/dev/sda9";
  volume.number = 9;
  volume.start = start;
  volume.size = gibibyte;
  volume.filesystem = filesystem;
  guest.inventory.volumes.push_back(volume);
}

}  // namespace

std::vector<Fault> system_faults() {
  constexpr Severity info = Severity::info;
  return {
      {"disk.virtual-size", "centos7", "600 GiB", Severity::error,
       [](Guest& guest) { guest.inventory.disks[0].size = 600 * gibibyte; }, "", 0, "jdcloud"},
      {"disk.virtual-size", "debian12_bios", "half a GiB", Severity::error,
       [](Guest& guest) { guest.inventory.disks[0].size = gibibyte / 2; }, "", 0, "ecs"},
      {"fs.root-type", "aliyun2", "a root of reiserfs", Severity::error,
       [](Guest& guest) {
         guest.inventory.volumes[0].filesystem = "reiserfs";
         guest.edit("/etc/fstab", " ext4 ", " reiserfs ");
       },
       "", 0, "jdcloud"},
      {"fs.lvm-root", "rhel8", "the root on a logical volume", info,
       [](Guest& guest) { guest.inventory.volumes[1].kind = guest::Volume::Kind::logical_volume; }},
      {"fs.root-not-last-partition", "centos7", "a partition behind the root", info,
       [](Guest& guest) { add_partition(guest, "ext4", 3 * gibibyte); }},
      {"fs.swap-partition", "centos7", "swap before the root", info,
       [](Guest& guest) { add_partition(guest, "swap", 0); }},
  };
}

}  // namespace imprint::guests

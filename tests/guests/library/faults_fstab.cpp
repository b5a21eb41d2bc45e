#include "tests/guests/library/faults.h"

namespace imprint::guests {
namespace {

constexpr const char* fstab = "/etc/fstab";

/// Adds a line to Debian's file of four; it becomes line 5.
template <const char* const* line>
void add(Guest& guest) {
  guest.add_fstab(*line);
}

constexpr const char* absent_device =
    "UUID=00000000-8e57-4b6b-a2f3-5d3f0e9b7a99 /data ext4 defaults 0 2";
constexpr const char* absent_disk = "/dev/vdb1 /data ext4 defaults 0 0";
constexpr const char* waiting_swap = "LABEL=gone none swap sw 0 0";
constexpr const char* path_name =
    "/dev/disk/by-path/pci-0000:00:1f.2-ata-1-part1 /data ext4 defaults 0 2";
constexpr const char* wrong_type = "LABEL=data /data xfs defaults 0 0";
constexpr const char* wrong_option = "LABEL=data /data ext4 default 0 2";
constexpr const char* strange_option = "LABEL=data /data ext4 nosuchthing 0 2";
constexpr const char* too_short = "UUID=1";
constexpr const char* api = "LABEL=data /proc ext4 defaults 0 0";
constexpr const char* file_target = "LABEL=data /etc/passwd ext4 defaults 0 2";
constexpr const char* no_source = "/nowhere /data none bind 0 0";
constexpr const char* kernel_name = "/dev/sda3 /data ext4 defaults 0 2";
constexpr const char* no_swap_file = "/swapfile none swap sw 0 0";
constexpr const char* half_network = "host:/ /data ceph defaults,nofail 0 0";
constexpr const char* foreign = "//srv/x /mnt cifs defaults 0 0";
constexpr const char* password = "srv:/x /mnt nfs pass=secret 0 0";
constexpr const char* no_programs = "LABEL=data /var ext4 noexec 0 2";

std::vector<Fault> device_faults() {
  constexpr Severity error = Severity::error;
  return {
      {"fstab.bad-option", "debian12_bios", "an owner for ext4", error,
       [](Guest& guest) { guest.add_fstab("LABEL=data /data ext4 uid=1000 0 2"); }, fstab, 5},
      {"fstab.fs-not-supported-by-kernel", "debian12_bios", "a data disk with another file system",
       error,
       [](Guest& guest) {
         guest.inventory.volumes[2].filesystem = "f2fs";
         guest.add_fstab("LABEL=data /data f2fs defaults 0 0");
       },
       fstab, 5},
      {"fstab.device-not-in-image", "debian12_bios", "a UUID of no file system", error,
       add<&absent_device>, fstab, 5},
      {"fstab.device-not-in-image", "debian12_bios", "a disk that is not there", error,
       add<&absent_disk>, fstab, 5},
      {"fstab.device-not-in-image", "debian12_bios", "swap by a label of none", Severity::warning,
       add<&waiting_swap>, fstab, 5},
      {"fstab.device-not-in-image", "ubuntu_lvm", "/boot by another UUID", error,
       [](Guest& guest) { guest.edit(fstab, system_uuid, absent_uuid); }, fstab, 3},
      {"fstab.device-not-in-image", "centos6", "a checked disk that is not there", error,
       [](Guest& guest) { guest.add_fstab("/dev/sdb1 /data ext4 defaults 1 2"); }, fstab, 7},
      {"fstab.device-not-in-image", "rhel9", "the EFI system partition by another UUID", error,
       [](Guest& guest) { guest.edit(fstab, esp_uuid, "5A1B-0000"); }, fstab, 2},
      {"fstab.by-path", "debian12_bios", "a disk by its slot", error, add<&path_name>, fstab, 5},
      {"fstab.crypttab", "debian12_bios", "a mapping of no device", error,
       [](Guest& guest) {
         guest.fs.file("/etc/crypttab", "data UUID=" + std::string{absent_uuid} + " none luks\n");
         guest.add_fstab("/dev/mapper/data /data ext4 defaults 0 2");
       },
       "/etc/crypttab", 1},
      {"fstab.fstype-mismatch", "debian12_bios", "ext4 called xfs", error, add<&wrong_type>, fstab,
       5},
      {"fstab.fstype-mismatch", "centos7", "the root called ext4", error,
       [](Guest& guest) { guest.edit(fstab, "xfs     defaults        0 0", "ext4 defaults 0 1"); },
       fstab, 6},
      {"fstab.subvol-missing", "sles15", "/home in no subvolume", error,
       [](Guest& guest) { guest.edit(fstab, "subvol=/@/home", "subvol=/@/people"); }, fstab, 8},
      {"fstab.subvol-missing", "sles15", "/home in a number of no subvolume", error,
       [](Guest& guest) { guest.edit(fstab, "subvol=/@/home", "subvolid=999"); }, fstab, 8},
      {"fstab.kernel-device-name", "debian12_bios", "a disk by its driver", Severity::warning,
       add<&kernel_name>, fstab, 5},
      {"fstab.data-disk-mount", "debian12_bios", "a file system of a second disk", Severity::info,
       [](Guest& guest) {
         guest.inventory.volumes[2].disk = 1;
         guest.add_fstab("LABEL=data /data ext4 defaults,nofail 0 2");
       },
       fstab, 5},
  };
}

std::vector<Fault> writing_faults() {
  constexpr Severity error = Severity::error;
  constexpr Severity warning = Severity::warning;
  return {
      {"fstab.syntax", "debian12_bios", "a line cut short", error, add<&too_short>, fstab, 5},
      {"fstab.bad-option", "debian12_bios", "'default'", error, add<&wrong_option>, fstab, 5},
      {"fstab.bad-option", "debian12_bios", "an option of no kernel", warning, add<&strange_option>,
       fstab, 5},
      {"fstab.root-ro", "aliyun2", "the root is read-only", warning,
       [](Guest& guest) { guest.edit(fstab, "defaults", "ro"); }, fstab, 6},
      {"fstab.passno", "debian12_bios", "the root is checked second", warning,
       [](Guest& guest) { guest.edit(fstab, "errors=remount-ro  0  1", "errors=remount-ro 0 2"); },
       fstab, 2},
      {"fstab.swap-options", "debian12_bios", "no swap file", warning, add<&no_swap_file>, fstab,
       5},
      {"fstab.netfs-without-netdev", "debian12_bios", "ceph without _netdev", Severity::info,
       add<&half_network>, fstab, 5},
      {"fstab.nonstandard-net-types", "debian12_bios", "a share of the office", warning,
       add<&foreign>, fstab, 5},
      {"fstab.credentials-inline", "debian12_bios", "a password", warning, add<&password>, fstab,
       5},
      {"fstab.mount-var-noexec", "debian12_bios", "/var without programs", warning,
       add<&no_programs>, fstab, 5},
  };
}

std::vector<Fault> layout_faults() {
  constexpr Severity error = Severity::error;
  constexpr Severity warning = Severity::warning;
  return {
      {"fstab.root-missing", "debian12_bios", "an empty file, the kernel mounts read-only", error,
       [](Guest& guest) { guest.write(fstab, ""); }, fstab},
      {"fstab.root-missing", "arch", "no line for the root, the kernel mounts writably", warning,
       [](Guest& guest) {
         guest.write(fstab, "UUID=" + std::string{esp_uuid} + " /boot vfat umask=0077 0 2\n");
       },
       fstab},
      {"fstab.root-duplicate", "centos7", "the root twice", warning,
       [](Guest& guest) {
         guest.add_fstab("UUID=" + std::string{system_uuid} + " / xfs defaults 0 0");
       },
       fstab, 7},
      {"fstab.duplicate-target", "debian12_bios", "/data twice", warning,
       [](Guest& guest) {
         guest.add_fstab("LABEL=data /data ext4 defaults 0 2");
         guest.add_fstab("LABEL=data /data ext4 defaults 0 2");
       },
       fstab, 6},
      {"fstab.order", "centos6", "the inner before the outer", warning,
       [](Guest& guest) {
         guest.fs.folder("/data/inner");
         guest.add_fstab("tmpfs /data/inner tmpfs defaults 0 0");
         guest.add_fstab("UUID=" + std::string{system_uuid} + " /data ext4 defaults 1 2");
       },
       fstab, 8},
      {"fstab.api-fs-override", "debian12_bios", "a disk on /proc", warning, add<&api>, fstab, 5},
      {"fstab.target-missing", "debian12_bios", "a file as mount point", error, add<&file_target>,
       fstab, 5},
      {"fstab.bind-source", "debian12_bios", "a bind of nothing", warning, add<&no_source>, fstab,
       5},
  };
}

}  // namespace

std::vector<Fault> fstab_faults() {
  std::vector<Fault> faults = device_faults();
  for (const std::vector<Fault>& more : {writing_faults(), layout_faults()})
    faults.insert(faults.end(), more.begin(), more.end());
  return faults;
}

}  // namespace imprint::guests

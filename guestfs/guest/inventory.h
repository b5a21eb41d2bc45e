#pragma once
// What block devices, partitions and file systems an image holds. Every rule about a device
// resolves against this.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "guestfs/guest/superblock.h"

namespace imprint::guest {

enum class TableType { none, mbr, gpt };

/// Anything that can hold a file system: a partition, a whole disk without a table, a logical
/// volume, an md array.
struct Volume {
  enum class Kind { partition, whole_disk, logical_volume, md_array, luks };
  Kind kind = Kind::partition;
  std::string device;       ///< the appliance's name: "/dev/sda2", "/dev/vg0/root"
  int disk = 0;             ///< index of the disk it lies on, from 0; -1 if on several or unknown
  int number = 0;           ///< partition number from 1; 0 for others
  std::uint64_t start = 0;  ///< bytes from the start of the disk, for partitions
  std::uint64_t size = 0;   ///< bytes
  std::string filesystem;   ///< as blkid names it: "ext4", "xfs", "vfat", "swap", "LVM2_member",
                            ///< "crypto_LUKS"; empty: none known
  std::string uuid;         ///< of the file system, as it stands
  std::string label;        ///< of the file system
  std::string
      part_uuid;  ///< GPT: the partition's GUID, lower case; MBR: "<disk id>-<nn>", lower case
  std::string part_label;    ///< GPT only
  std::string part_type;     ///< GPT: type GUID, lower case; MBR: "0x83"
  bool bootable = false;     ///< MBR: active flag
  std::string volume_group;  ///< for logical volumes
  std::string logical_volume;
  std::string mapper_uuid;  ///< of a logical volume: "LVM-", the UUIDs of group and volume without
                            ///< their dashes; empty: unknown
  std::vector<std::string> subvolumes;  ///< Btrfs: paths
  std::vector<std::uint64_t>
      subvolume_ids;                       ///< and their numbers, in the same order; empty: unknown
  std::optional<VolumeState> state;        ///< where its type has one that is read
  std::optional<Space> space;              ///< of a file system that was mounted for reading
  std::optional<std::size_t> opened_from;  ///< index of the encrypted volume whose content it is
  std::string mapper_name;  ///< the guest's name of that content below /dev/mapper, if it is known
  std::string array_uuid;   ///< of an md array, as mdadm.conf(5) writes it: "b750f417:d0e3fcc8:..."
  std::string array_name;   ///< the guest's device of that array ("/dev/md0"), if it is known
  /// The disk of a manifest that promises this volume: it is there when the machine runs, and
  /// cannot be read. Empty: the volume is here.
  std::string promised_by;
};

struct DiskTable {
  std::string device;  ///< "/dev/sda"
  std::uint64_t size = 0;
  TableType table = TableType::none;
  std::string boot_sector;  ///< the first 512 bytes
};

struct Inventory {
  std::vector<DiskTable> disks;
  std::vector<Volume> volumes;
};

/// How a volume was found from what a config file calls it.
enum class Match {
  found,
  absent,        ///< names something that this image does not hold
  not_a_device,  ///< tmpfs, "none", an NFS export: nothing to look up
  unknown,       ///< cannot be decided: inside LUKS that is not opened, an environment variable
};

struct Resolution {
  Match match = Match::unknown;
  std::optional<std::size_t> volume;  ///< index into Inventory::volumes when found
  std::string key;      ///< what was looked up: "UUID", "LABEL", "PARTUUID", "PARTLABEL", "path"
  std::string nearest;  ///< when absent: what the image really holds of that kind and is most
                        ///< alike, for the message
};

/// The path of a Btrfs subvolume by its number; empty for the top (5). Nothing if there is none of
/// that number. Pure.
std::optional<std::string> subvolume_of_id(const Volume& volume, std::uint64_t id);

/// Resolves a device as fstab(5) and the kernel's root= write it: UUID=, LABEL=, PARTUUID=,
/// PARTLABEL=, ID=, quoted or not; /dev/disk/by-{uuid,label,partuuid,partlabel}/...;
/// /dev/mapper/VG-LV ("-" in names doubled) and udev's by-id/dm-name-VG-LV and by-id/dm-uuid-LVM-*,
/// /dev/mapper/NAME of an opened LUKS volume (from crypttab, or luks-UUID), the path that a
/// manifest promises, /dev/VG/LV; /dev/{sd,vd,hd,xvd}XN and /dev/nvmeXnYpN by disk order and
/// partition number; /dev/md* by what mdadm.conf calls it. UUIDs compare without case. Pure.
Resolution resolve_device(const Inventory& inventory, const std::string& spec);

}  // namespace imprint::guest

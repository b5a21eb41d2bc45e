#pragma once
// Guests of the library on real disks.

#include <filesystem>
#include <string>
#include <vector>

#include "tests/guests/library/guests.h"

namespace imprint::guests {

/// How the root's volume is made, where it is not what the inventory tells.
enum class Wrapping { none, raid1, luks };

/// Stands in /etc/fstab for the device-mapper UUID of the root's logical volume.
inline constexpr const char* mapper_uuid_of_root = "@mapper-uuid@";

struct DiskOrder {
  Guest guest;
  std::filesystem::path image;  ///< made, raw
  Wrapping wrapping = Wrapping::none;
};

/// Writes all of them in one run of guestfish with that appliance: partitions, logical volumes,
/// subvolumes, file systems with the inventory's UUIDs and labels, and the trees. Attributes, and
/// labels of SELinux of most files, are left out. Fails the test that runs.
void write_disks(std::vector<DiskOrder>& orders, const std::filesystem::path& appliance,
                 const std::filesystem::path& temp_folder);

}  // namespace imprint::guests

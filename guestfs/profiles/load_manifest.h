#pragma once

#include <filesystem>
#include <vector>

#include "agent/base/result.h"
#include "guestfs/guest/inventory.h"

namespace imprint::profiles {

/// The volumes that a manifest promises: a TOML file of disks that are there when the machine runs,
/// and are not at hand as files.
///
///     [[disk]]
///     name = "data"
///     [[disk.volume]]
///     uuid = "6f2a..."    # at least one of uuid, label, partuuid, partlabel, path
///     type = "ext4"       # may be left out, and then any type fits
///
/// `path` is the name by which the guest finds it: "/dev/vdb1", "/dev/mapper/vg-data". Errors:
/// not_found: no such file; invalid, with the line: not TOML, an unknown key, a disk without a name
/// or volumes, a volume that nothing names.
Result<std::vector<guest::Volume>> load_manifest(const std::filesystem::path& path);

/// Whether a companion is a manifest, not a disk: its name ends in ".toml". Told by the name alone,
/// for the bytes of a disk may be anything.
bool is_manifest(const std::filesystem::path& path);

}  // namespace imprint::profiles

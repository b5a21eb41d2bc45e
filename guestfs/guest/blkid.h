#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "guestfs/guest/inventory.h"

namespace imprint::guest {

/// What a low-level probe of one device found ("TYPE", "PART_ENTRY_UUID", ...), as `blkid -p -o
/// export` prints it.
using BlkidValues = std::map<std::string, std::string, std::less<>>;

/// From names and values in turns, as libguestfs returns a hash. Values are freed of blkid's
/// escapes ("\ ", "\x0a"). Pure.
BlkidValues blkid_values(const std::vector<std::string>& names_and_values);

/// Fills in what the probe tells of a volume: its place in the partition table and the file system
/// on it. Pure.
void apply_blkid(const BlkidValues& values, Volume& volume);

}  // namespace imprint::guest

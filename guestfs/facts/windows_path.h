#pragma once

#include <optional>
#include <string_view>

#include "guestfs/guest/guest_fs.h"

namespace imprint::facts {

/// The path as it stands on the disk, of one written as Windows writes them: names compare without
/// the case of ASCII letters, "\" and "/" separate. Nothing where there is no such file, or where a
/// folder cannot be listed.
std::optional<guest::GuestPath> find_windows_path(guest::FollowingFs& fs, std::string_view path);

/// The file of a driver as a service's ImagePath names it ("\SystemRoot\System32\drivers\x.sys",
/// "system32\drivers\x.sys"), below the folder of Windows; of an empty one that of the service
/// itself.
std::string driver_path(std::string_view image_path, std::string_view service);

}  // namespace imprint::facts

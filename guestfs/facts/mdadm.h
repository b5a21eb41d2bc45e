#pragma once
// mdadm.conf(5): what a guest calls its md arrays.

#include <string>
#include <string_view>
#include <vector>

#include "guestfs/guest/guest_fs.h"

namespace imprint::facts {

/// One line "ARRAY" that names a device.
struct MdArray {
  std::string device;  ///< "/dev/md0", "/dev/md/root"
  std::string uuid;    ///< in four groups of lower-case letters: "b750f417:d0e3fcc8:..."

  bool operator==(const MdArray&) const = default;
};

/// The arrays that have a device and a UUID of 128 bits; indented lines belong to the one before
/// them. Never fails, whatever the bytes. Pure.
std::vector<MdArray> parse_mdadm_conf(std::string_view text);

/// Of /etc/mdadm/mdadm.conf, where Debian has it, else of /etc/mdadm.conf; none if neither is
/// there.
std::vector<MdArray> read_md_arrays(guest::FollowingFs& fs);

}  // namespace imprint::facts

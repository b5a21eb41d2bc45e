#pragma once
// The boot chain: loader -> configuration -> entries -> the files and the root device of the entry that boots by default.

#include <optional>
#include <string>
#include <vector>

#include "guestfs/facts/place.h"
#include "guestfs/guest/guest_fs.h"
#include "guestfs/guest/inventory.h"

namespace imprint::facts {

enum class Loader { none, grub_legacy, grub2, systemd_boot, extlinux, unified_kernel, unsupported };

/// A file that an entry names, looked up.
struct BootFile {
  std::string written;  ///< as the configuration writes it, variables expanded
  Place place;
  guest::Match match = guest::Match::unknown;  ///< found, absent, or unknown with `why`
  std::string path;     ///< where it is in the guest's mounted tree ("/boot/vmlinuz-6.1"), when found
  std::uint64_t size = 0;
  std::string why;      ///< when absent or unknown
};

struct BootEntry {
  std::string title;
  std::string id;
  Place place;  ///< of the entry's first line
  std::optional<BootFile> kernel;
  std::vector<BootFile> initrds;
  std::string cmdline;
  Place cmdline_place;
};

struct RootDevice {
  std::string spec;  ///< the value of root=
  Place place;
  guest::Resolution resolution;
};

/// Something wrong or unusual in a configuration, for the rules boot.* to tell.
struct BootProblem {
  std::string rule;  ///< the rule that it belongs to: "boot.grub1-default-range"
  Place place;
  std::string message;
  bool undetermined = false;  ///< not a fault but something that could not be followed
};

struct Boot {
  Loader loader = Loader::none;
  std::vector<std::string> firmware;  ///< "bios", "uefi": what the image can be started by
  std::vector<std::string> configs;   ///< the configuration files read
  std::vector<BootEntry> entries;
  std::optional<std::size_t> default_entry;  ///< index into entries
  std::optional<RootDevice> root;            ///< of the default entry
  std::vector<BootProblem> problems;

  [[nodiscard]] const BootEntry* default_or_null() const {
    return default_entry ? &entries[*default_entry] : nullptr;
  }
};

/// The value of the last "key=value" word of a kernel command line; quotes are honoured. Nothing if it is not there.
std::optional<std::string> cmdline_value(const std::string& cmdline, std::string_view key);

/// Reads and resolves all of it. `mounts` maps volumes to where they are mounted in the guest's tree.
struct MountedVolume {
  std::size_t volume = 0;  ///< index into Inventory::volumes
  std::string mount_point;  ///< "/", "/boot", "/boot/efi"
  std::string subvolume;    ///< Btrfs: the subvolume mounted there; empty: the top or default one
};
Boot read_boot(guest::FollowingFs& fs, const guest::Inventory& inventory,
               const std::vector<MountedVolume>& mounts);

}  // namespace imprint::facts

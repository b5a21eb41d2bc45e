#pragma once
// The boot chain: loader -> configuration -> entries -> the files and the root device of the entry
// that boots by default.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/model/report.h"
#include "guestfs/facts/place.h"
#include "guestfs/guest/guest_fs.h"
#include "guestfs/guest/inventory.h"

namespace imprint::facts {

enum class Loader { none, grub_legacy, grub2, systemd_boot, extlinux, unified_kernel, unsupported };

/// The word of design.md's report: "grub2", "grub-legacy", "systemd-boot", "extlinux", "uki",
/// "unsupported"; empty for none.
std::string_view to_string(Loader loader) noexcept;

/// A file that an entry names, looked up.
struct BootFile {
  std::string written;  ///< as the configuration writes it, variables expanded
  Place place;
  guest::Match match = guest::Match::unknown;  ///< found, absent, or unknown with `why`
  std::string path;  ///< where it is in the guest's mounted tree ("/boot/vmlinuz-6.1"), when found
  std::uint64_t size = 0;
  std::string why;  ///< when absent or unknown
};

struct BootEntry {
  std::string title;
  std::string id;
  Place place;  ///< of the entry's first line
  std::optional<BootFile> kernel;
  std::vector<BootFile> initrds;
  std::string cmdline;
  Place cmdline_place;
  bool hands_over = false;  ///< starts another loader or a firmware program instead of a kernel
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
  std::optional<Severity> severity = std::nullopt;  ///< where it differs from the rule's own
};

struct Boot {
  Loader loader = Loader::none;
  std::vector<std::string> firmware;  ///< "bios", "uefi": what the image can be started by
  std::vector<std::string> configs;   ///< the configuration files read, the one with the menu last
  std::vector<BootEntry> entries;
  std::optional<std::size_t> default_entry;  ///< index into entries
  std::vector<std::size_t>
      fallbacks;  ///< entries tried, in order, if the default one cannot be started
  std::optional<RootDevice> root;      ///< of the default entry
  std::optional<BootFile> deployment;  ///< of the default entry: what its ostree= leads to
  std::vector<BootProblem> problems;

  [[nodiscard]] const BootEntry* default_or_null() const {
    return default_entry ? &entries[*default_entry] : nullptr;
  }
  [[nodiscard]] bool has_problem(std::string_view rule) const;
  [[nodiscard]] bool starts_by(std::string_view firmware_name) const;
};

/// The value of the last "key=value" word of a kernel command line; quotes are honoured. Nothing if
/// it is not there.
std::optional<std::string> cmdline_value(const std::string& cmdline, std::string_view key);

struct MountedVolume {
  std::size_t volume = 0;   ///< index into Inventory::volumes
  std::string mount_point;  ///< "/", "/boot", "/boot/efi"
  std::string folder;  ///< what of the volume is shown there: a Btrfs subvolume, what ostree has
                       ///< put together; empty: its top, or Btrfs's default subvolume
};

/// Reads and resolves all of it. `mounts` maps volumes to where they are mounted in the guest's
/// tree. Never fails and is bounded in time, memory and depth whatever the guest's files hold: what
/// cannot be read or followed is a problem marked undetermined. Blocks as long as `fs` does; not
/// thread-safe, as `fs`.
Boot read_boot(guest::FollowingFs& fs, const guest::Inventory& inventory,
               const std::vector<MountedVolume>& mounts);

}  // namespace imprint::facts

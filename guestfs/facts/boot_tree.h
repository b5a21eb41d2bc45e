#pragma once
// Loaders name files by file system and path. Here such a name is found in the guest's mounted
// tree, and back.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "guestfs/facts/boot.h"

namespace imprint::facts {

/// A path as a loader sees it: from the top of one file system.
struct VolumePath {
  std::size_t volume = 0;  ///< index into Inventory::volumes
  std::string path;        ///< absolute
};

/// What a VolumePath led to.
struct Located {
  guest::Match match = guest::Match::unknown;
  guest::GuestPath path;  ///< in the mounted tree, links followed, when found
  guest::FileInfo info;   ///< when found
  std::string why;        ///< when absent or unknown
};

/// Borrows all that it is made of. Not thread-safe.
class BootTree {
 public:
  BootTree(guest::FollowingFs& fs, const guest::Inventory& inventory,
           std::span<const MountedVolume> mounts)
      : fs_{fs}, inventory_{inventory}, mounts_{mounts} {}

  [[nodiscard]] guest::FollowingFs& fs() const noexcept { return fs_; }
  [[nodiscard]] const guest::Inventory& inventory() const noexcept { return inventory_; }

  /// A path of the mounted tree as the loader names it; Btrfs subvolumes are part of it. Nothing
  /// where no volume is mounted.
  [[nodiscard]] std::optional<VolumePath> on_volume(const guest::GuestPath& path) const;

  /// Absent only where the file system was looked at; unknown where it is not mounted, hidden below
  /// another mount, or cannot be read.
  [[nodiscard]] Located find(const VolumePath& file) const;
  /// As find, for a file that an entry names.
  [[nodiscard]] BootFile boot_file(const VolumePath& file, std::string written, Place place) const;

  /// Mount points of vfat file systems that are EFI system partitions by type, by name or by what
  /// they hold, each once.
  [[nodiscard]] std::vector<guest::GuestPath> efi_mounts() const;
  /// Folder or file below `folder`, names compared without case as FAT does. Nothing if it is not
  /// there.
  [[nodiscard]] std::optional<guest::GuestPath> find_without_case(const guest::GuestPath& folder,
                                                                  std::string_view relative) const;
  /// "/dev/sda2" and the like, for messages.
  [[nodiscard]] const std::string& device(std::size_t volume) const {
    return inventory_.volumes[volume].device;
  }

 private:
  [[nodiscard]] const MountedVolume* mount_above(const guest::GuestPath& path) const;
  [[nodiscard]] std::vector<std::string> candidates(const MountedVolume& mount,
                                                    const std::string& path) const;
  [[nodiscard]] Located look(const MountedVolume& mount, const std::string& path) const;

  guest::FollowingFs& fs_;
  const guest::Inventory& inventory_;
  std::span<const MountedVolume> mounts_;
};

/// Compares as FAT does: without case, ASCII only.
bool same_without_case(std::string_view a, std::string_view b);

}  // namespace imprint::facts

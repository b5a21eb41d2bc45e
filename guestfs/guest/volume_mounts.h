#pragma once

#include <map>
#include <optional>
#include <string>

#include "guestfs/guest/appliance.h"
#include "guestfs/guest/inventory.h"

namespace imprint::guest {

/// Mounts volumes inside the appliance, each once, in a folder of the appliance's own: never below
/// a guest's folder, where a guest's link could lead it elsewhere. Btrfs is mounted from its top,
/// so that every subvolume is a folder.
class VolumeMounts {
 public:
  enum class Access { read, write };

  VolumeMounts(Appliance& appliance, const Inventory& inventory, Access access = Access::read)
      : appliance_{appliance}, inventory_{inventory}, access_{access} {}

  /// The appliance's folder ("/v3"). For reading, a journal that cannot be replayed is passed over.
  /// Errc::corrupt: no driver for the file system or it is damaged, also on every later call for
  /// that volume; unavailable: the appliance died.
  Result<std::string> mount(std::size_t volume);

  /// The folder of a volume that is mounted; nothing for others.
  [[nodiscard]] std::optional<std::string> folder_of(std::size_t volume) const;

  /// Whether such a file system is tried at all: swap, LVM and RAID members and LUKS hold no files
  /// themselves.
  static bool holds_files(const Volume& volume);

 private:
  Result<std::string> mount_now(std::size_t volume);

  Appliance& appliance_;
  const Inventory& inventory_;
  Access access_;
  std::map<std::size_t, Result<std::string>> mounted_;
};

}  // namespace imprint::guest

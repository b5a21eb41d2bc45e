#include "guestfs/inspect/shared_machine.h"

#include <algorithm>
#include <array>

namespace imprint::inspect {
namespace {

// Btrfs is none of them: the kernel remembers its devices by the UUID, which a clone has too.
constexpr std::array<std::string_view, 7> plain{"", "ext2", "ext3", "ext4", "xfs", "vfat", "swap"};

}  // namespace

bool may_share_machine(const guest::Inventory& inventory) {
  return std::ranges::all_of(inventory.volumes, [](const guest::Volume& volume) {
    return std::ranges::find(plain, volume.filesystem) != plain.end();
  });
}

}  // namespace imprint::inspect

#include "guestfs/inspect/windows_tree.h"

#include "guestfs/facts/windows.h"
#include "guestfs/language/say.h"

namespace imprint::inspect {
namespace {

constexpr std::string_view efi_system_partition = "c12a7328-f81f-11d2-ba4b-00a0c93ec93b";

bool is_esp(const guest::Volume& volume) {
  return volume.part_type == efi_system_partition || volume.part_type == "0xef";
}

/// Where the volume is shown; empty: nowhere.
std::string_view place_of(const guest::Volume& volume) {
  if (!guest::VolumeMounts::holds_files(volume)) return {};
  if (is_esp(volume)) return facts::windows_esp;
  return volume.bootable ? facts::windows_system_partition : std::string_view{};
}

}  // namespace

Result<GuestTree> mount_windows(guest::VolumeMounts& mounts, const guest::Inventory& inventory,
                                std::size_t volume) {
  GuestTree tree;
  tree.shown.push_back({guest::GuestPath{}, TRY(mounts.mount(volume))});
  tree.mounts.push_back({volume, "/", {}});
  for (std::size_t index = 0; index < inventory.volumes.size(); ++index) {
    const std::string_view place = place_of(inventory.volumes[index]);
    if (index == volume || place.empty()) continue;
    const auto mounted = mounts.mount(index);
    if (!mounted) {
      if (mounted.error().code == Errc::unavailable) return mounted.error();
      tree.missing.push_back(say("not mounted: {} ({}): {}", place, inventory.volumes[index].device,
                                 mounted.error().message));
      continue;
    }
    tree.shown.push_back({guest::GuestPath{} / place.substr(1), *mounted});
    tree.mounts.push_back({index, std::string{place}, {}});
  }
  return tree;
}

}  // namespace imprint::inspect

#include "guestfs/facts/boot_firmware.h"

#include <algorithm>
#include <array>

namespace imprint::facts {
namespace {

constexpr std::size_t code_size = 440;  // behind it: the disk id and the partition table
constexpr std::array<std::string_view, 5> fallback_names{
    "BOOTX64.EFI", "BOOTAA64.EFI", "BOOTIA32.EFI", "BOOTRISCV64.EFI", "BOOTLOONGARCH64.EFI"};

bool names_a_loader(const guest::DiskTable& disk) {
  const std::string_view code = std::string_view{disk.boot_sector}.substr(0, code_size);
  return code.find("GRUB") != std::string_view::npos || code.find("LILO") != std::string_view::npos;
}

bool has_active_partition(const guest::Inventory& inventory) {
  return std::any_of(
      inventory.volumes.begin(), inventory.volumes.end(),
      [](const guest::Volume& volume) { return volume.disk == 0 && volume.bootable; });
}

bool has_efi_program(const BootTree& tree, const guest::GuestPath& esp) {
  const auto efi = tree.find_without_case(esp, "EFI");
  if (!efi) return false;
  const auto vendors = tree.fs().list(*efi);
  if (!vendors) return false;
  for (const guest::FolderEntry& vendor : *vendors) {
    const auto files = tree.fs().list(*efi / vendor.name);
    if (!files) continue;
    for (const guest::FolderEntry& file : *files)
      if (file.name.size() > 4 && same_without_case(file.name.substr(file.name.size() - 4), ".efi"))
        return true;
  }
  return false;
}

}  // namespace

bool has_boot_code(const guest::DiskTable& disk) {
  const std::string_view code = std::string_view{disk.boot_sector}.substr(0, code_size);
  return code.find_first_not_of('\0') != std::string_view::npos;
}

std::optional<guest::GuestPath> efi_fallback(const BootTree& tree) {
  for (const guest::GuestPath& esp : tree.efi_mounts())
    for (const std::string_view name : fallback_names)
      if (auto path = tree.find_without_case(esp, "EFI/BOOT/" + std::string{name})) return path;
  return std::nullopt;
}

std::vector<std::string> detect_firmware(const BootTree& tree) {
  std::vector<std::string> firmware;
  const std::vector<guest::GuestPath> esps = tree.efi_mounts();
  const bool uefi = std::any_of(esps.begin(), esps.end(), [&](const guest::GuestPath& esp) {
    return has_efi_program(tree, esp);
  });
  const guest::Inventory& inventory = tree.inventory();
  if (!inventory.disks.empty()) {
    const guest::DiskTable& disk = inventory.disks.front();
    // Partitioning tools leave code of their own that only looks for an active partition.
    const bool leads_on = names_a_loader(disk) || has_active_partition(inventory) || !uefi;
    if (has_boot_code(disk) && leads_on) firmware.emplace_back("bios");
  }
  if (uefi) firmware.emplace_back("uefi");
  return firmware;
}

}  // namespace imprint::facts

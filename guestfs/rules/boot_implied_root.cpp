#include "guestfs/rules/boot_implied_root.h"

#include <algorithm>
#include <array>

#include "guestfs/facts/kernel_cmdline.h"

namespace imprint::rules {

bool has_discoverable_root(const guest::Inventory& inventory) {
  static constexpr std::array<std::string_view, 6> types{
      "4f68bce3-e8cd-4db1-96e7-fbcaf984b709",   // x86-64
      "b921b045-1df0-41c3-af44-4c6f280d3fae",   // arm64
      "44479540-f297-41b2-9af7-d131d5f0458a",   // x86
      "69dad710-2ce4-4e3c-b16c-21a1d49abed3",   // arm
      "72ec70a6-cf74-40e6-bd49-4bda08e8f224",   // riscv64
      "77055800-792c-4f94-b39a-98c91b762bb6"};  // loongarch64
  return std::any_of(
      inventory.volumes.begin(), inventory.volumes.end(), [](const guest::Volume& volume) {
        return std::find(types.begin(), types.end(), volume.part_type) != types.end();
      });
}

std::optional<facts::RootDevice> root_of_initramfs(const Context& context) {
  const facts::InitramfsFacts& initramfs = context.facts.initramfs;
  std::optional<std::string> spec;
  // By name, as dracut reads them; the last word counts.
  for (const auto& [path, text] : initramfs.content.texts)
    if (path.starts_with("etc/cmdline.d/") && path.ends_with(".conf"))
      if (auto value = facts::cmdline_value(text, "root")) spec = std::move(value);
  if (!spec || spec->empty()) return std::nullopt;
  return facts::RootDevice{
      *spec, {initramfs.files.back().path, 0, {}}, guest::resolve_device(context.inventory, *spec)};
}

bool knows_its_root(const facts::BootEntry& entry) {
  return !entry.initrds.empty() && facts::nixos_system(entry.cmdline).has_value();
}

}  // namespace imprint::rules

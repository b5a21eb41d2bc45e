#include "guestfs/rules/boot_drivers.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace imprint::rules {
namespace {

using facts::Driver;
using facts::KernelFacts;
using guest::Volume;

const Volume* root_volume(const Context& context) {
  const auto& volumes = context.inventory.volumes;
  const auto& root = context.facts.boot.root;
  if (root && root->resolution.volume && *root->resolution.volume < volumes.size())
    return &volumes[*root->resolution.volume];
  for (const facts::MountedVolume& mount : context.facts.mounts)
    if (mount.mount_point == "/" && mount.volume < volumes.size()) return &volumes[mount.volume];
  return nullptr;
}

std::vector<std::string> modules_of_filesystem(const std::string& type) {
  static constexpr std::array alone{"ext4", "xfs", "btrfs", "f2fs", "jfs"};
  if (type == "ext2" || type == "ext3") return {"ext4", type};
  if (std::find(alone.begin(), alone.end(), type) != alone.end()) return {type};
  return {};
}

/// In an initramfs with all that modules.dep says it needs.
bool is_loadable_early(const Context& context, const std::string& module) {
  const KernelFacts& kernel = context.facts.kernel;
  const auto& content = context.facts.initramfs.content;
  const auto needs = kernel.with_needs(module);
  return std::all_of(needs.begin(), needs.end(), [&](const std::string& each) {
    return content.has_module(kernel.version, each) || kernel.driver(each) == Driver::built_in;
  });
}

}  // namespace

std::vector<BootDriver> boot_drivers(const Context& context) {
  std::vector<BootDriver> drivers{{{"virtio_pci"}}, {{"virtio_blk"}}};
  const Volume* root = root_volume(context);
  if (root == nullptr) return drivers;
  auto filesystem = modules_of_filesystem(root->filesystem);
  if (!filesystem.empty()) drivers.push_back({std::move(filesystem), false});
  if (root->kind == Volume::Kind::logical_volume || root->kind == Volume::Kind::luks)
    drivers.push_back({{"dm_mod"}, false});
  if (root->kind == Volume::Kind::luks) drivers.push_back({{"dm_crypt"}, false});
  if (root->kind == Volume::Kind::md_array) drivers.push_back({{"md_mod"}, false});
  return drivers;
}

Early early(const Context& context, const BootDriver& driver) {
  const KernelFacts& kernel = context.facts.kernel;
  const auto any = [&](const auto& test) {
    return std::any_of(driver.modules.begin(), driver.modules.end(), test);
  };
  if (any([&](const auto& each) { return kernel.driver(each) == Driver::built_in; }))
    return Early::built_in;
  if (any([&](const auto& each) { return is_loadable_early(context, each); }))
    return Early::in_initramfs;
  if (any([&](const auto& each) { return kernel.driver(each) == Driver::module; }))
    return Early::left_out;
  const bool told =
      std::all_of(driver.modules.begin(), driver.modules.end(),
                  [&](const auto& each) { return kernel.driver(each) == Driver::absent; });
  return told ? Early::absent : Early::unknown;
}

bool has_modules_of_another_kernel(const Context& context) {
  const KernelFacts& kernel = context.facts.kernel;
  const auto& initramfs = context.facts.initramfs;
  if (kernel.version.empty() || !initramfs.is_known() || initramfs.content.versions.empty() ||
      initramfs.content.versions.contains(kernel.version))
    return false;
  const std::vector<BootDriver> drivers = boot_drivers(context);
  return std::any_of(drivers.begin(), drivers.end(), [&](const BootDriver& driver) {
    return early(context, driver) == Early::left_out;
  });
}

std::string names_of(const std::vector<std::string>& modules) {
  return fmt::format("{}", fmt::join(modules, ", "));
}

}  // namespace imprint::rules

#pragma once

#include <filesystem>
#include <memory>
#include <string_view>

#include "plugins/plugin.h"

namespace imprint {

/// Deletes the hypervisor, then lets go of the shared object that its code is in.
class PluginDeleter {
 public:
  PluginDeleter() = default;
  explicit PluginDeleter(std::shared_ptr<void> library) : library_{std::move(library)} {}
  void operator()(Hypervisor* hypervisor) const noexcept { delete hypervisor; }

 private:
  std::shared_ptr<void> library_;
};

using LoadedHypervisor = std::unique_ptr<Hypervisor, PluginDeleter>;

/// Loads "imprint-NAME.so" from the folder and creates its hypervisor. Every error names the file.
/// Errc::not_found: no such file; invalid: a name with other characters than a-z, 0-9 and '-', a
/// file that is no shared object, has no entry, or speaks another version of the interface, or a
/// setting that the plugin refuses.
Result<LoadedHypervisor> load_hypervisor(const std::filesystem::path& folder, std::string_view name,
                                         const PluginSettings& settings);

}  // namespace imprint

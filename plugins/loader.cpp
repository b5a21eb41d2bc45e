#include "plugins/loader.h"

#include <dlfcn.h>

#include <algorithm>

namespace imprint {
namespace {

Result<std::filesystem::path> plugin_file(const std::filesystem::path& folder,
                                          std::string_view name) {
  const bool plain = std::ranges::all_of(name, [](char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') || letter == '-';
  });
  if (name.empty() || !plain)
    return make_error(Errc::invalid, "plugin '{}': a name has only a-z, 0-9 and '-'", name);

  std::filesystem::path file = folder / fmt::format("imprint-{}.so", name);
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(file, ignored))
    return make_error(Errc::not_found, "plugin '{}': there is no file '{}'", name, file.string());
  return file;
}

Result<std::shared_ptr<void>> open_library(const std::filesystem::path& file) {
  void* library = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr)
    return make_error(Errc::invalid, "plugin '{}': cannot be loaded: {}", file.string(),
                      ::dlerror());
  return std::shared_ptr<void>{library, [](void* handle) { ::dlclose(handle); }};
}

Result<const PluginEntry*> find_entry(void* library, const std::filesystem::path& file) {
  const auto* entry = static_cast<const PluginEntry*>(::dlsym(library, "imprint_plugin"));
  if (entry == nullptr)
    return make_error(Errc::invalid, "plugin '{}': has no symbol 'imprint_plugin'", file.string());
  if (entry->abi != plugin_abi)
    return make_error(Errc::invalid, "plugin '{}': speaks version {} of the interface, not {}",
                      file.string(), entry->abi, plugin_abi);
  return entry;
}

}  // namespace

Result<LoadedHypervisor> load_hypervisor(const std::filesystem::path& folder, std::string_view name,
                                         const PluginSettings& settings) {
  const std::filesystem::path file = TRY(plugin_file(folder, name));
  std::shared_ptr<void> library = TRY(open_library(file));
  const PluginEntry* entry = TRY(find_entry(library.get(), file));
  std::unique_ptr<Hypervisor> hypervisor =
      TRY_WITH(entry->create(settings), fmt::format("plugin '{}'", file.string()));
  return LoadedHypervisor{hypervisor.release(), PluginDeleter{std::move(library)}};
}

}  // namespace imprint

#pragma once
// What a hypervisor plugin and the agent agree on. A plugin is a shared object "imprint-NAME.so" in
// the plugin folder that exports one symbol, `imprint_plugin`. docs/writing-a-plugin.md is the
// guide.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "agent/ports/hypervisor.h"

namespace imprint {

/// Grows with every change of agent/ports/hypervisor.h, of the types in it, or of this file. The
/// types that cross the boundary are C++, so a plugin is built from the same sources, with the same
/// compiler, as the agent that loads it.
inline constexpr std::uint32_t plugin_abi = 1;

/// What the configuration says to the plugin, key by key. The agent adds "state_folder": an
/// existing folder where the plugin may keep files of its own. A plugin refuses a key that it does
/// not know.
using PluginSettings = std::map<std::string, std::string, std::less<>>;

/// The exported symbol. Constant data: the agent reads `abi` before it runs any code of the
/// plugin's.
struct PluginEntry {
  std::uint32_t abi;  ///< plugin_abi; always the first member
  const char* name;   ///< as in "imprint-NAME.so"
  /// Errc::invalid: a setting is wrong or unknown. A hypervisor that does not answer yet is no
  /// error: the object's calls say unavailable until it does. Throws nothing.
  Result<std::unique_ptr<Hypervisor>> (*create)(const PluginSettings& settings);
};

}  // namespace imprint

/// Defines the exported symbol; used once, outside any namespace.
#define IMPRINT_PLUGIN(name, create)                                                           \
  extern "C" __attribute__((visibility("default"))) const imprint::PluginEntry imprint_plugin; \
  const imprint::PluginEntry imprint_plugin {                                                  \
    imprint::plugin_abi, name, create                                                          \
  }

#pragma once

#include <filesystem>
#include <string>

#include "plugins/plugin.h"

namespace imprint::libvirt {

enum class AcceleratorChoice { automatic, kvm, tcg };

/// The plugin's part of the configuration.
struct Settings {
  std::string uri = "qemu:///system";
  AcceleratorChoice accelerator = AcceleratorChoice::automatic;
  std::string emulator;  ///< path of QEMU; empty: what libvirt chooses
  std::filesystem::path uefi_code = "/usr/share/OVMF/OVMF_CODE_4M.fd";
  std::filesystem::path uefi_variables =
      "/usr/share/OVMF/OVMF_VARS_4M.fd";  ///< the template of each machine's own
  std::filesystem::path state_folder;
};

/// Keys: uri, accelerator (auto, kvm, tcg), emulator, uefi_code, uefi_variables, state_folder.
/// Errc::invalid names the key that is unknown or the value that is wrong.
Result<Settings> parse_settings(const PluginSettings& settings);

}  // namespace imprint::libvirt

#include "plugins/libvirt/settings.h"

namespace imprint::libvirt {
namespace {

Result<AcceleratorChoice> parse_accelerator(const std::string& text) {
  if (text == "auto") return AcceleratorChoice::automatic;
  if (text == "kvm") return AcceleratorChoice::kvm;
  if (text == "tcg") return AcceleratorChoice::tcg;
  return make_error(Errc::invalid, "accelerator '{}': must be auto, kvm or tcg", text);
}

Result<std::string> absolute_path(const std::string& key, const std::string& value) {
  if (!value.starts_with('/'))
    return make_error(Errc::invalid, "{} '{}': must be an absolute path", key, value);
  return value;
}

}  // namespace

Result<Settings> parse_settings(const PluginSettings& settings) {
  Settings parsed;
  for (const auto& [key, value] : settings) {
    if (key == "uri")
      parsed.uri = value;
    else if (key == "accelerator")
      parsed.accelerator = TRY(parse_accelerator(value));
    else if (key == "emulator")
      parsed.emulator = TRY(absolute_path(key, value));
    else if (key == "uefi_code")
      parsed.uefi_code = TRY(absolute_path(key, value));
    else if (key == "uefi_variables")
      parsed.uefi_variables = TRY(absolute_path(key, value));
    else if (key == "state_folder")
      parsed.state_folder = TRY(absolute_path(key, value));
    else
      return make_error(Errc::invalid, "unknown setting '{}'", key);
  }
  if (parsed.uri.empty()) return make_error(Errc::invalid, "setting 'uri' is empty");
  return parsed;
}

}  // namespace imprint::libvirt

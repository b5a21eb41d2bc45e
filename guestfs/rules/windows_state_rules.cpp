// How a Windows system was left by whoever made the image.

#include <algorithm>
#include <array>
#include <span>

#include "guestfs/language/say.h"
#include "guestfs/rules/windows_rules.h"

namespace imprint::rules {
namespace {

using facts::WindowsFacts;

constexpr const char* system_hive = "/Windows/System32/config/SYSTEM";
constexpr const char* software_hive = "/Windows/System32/config/SOFTWARE";

Evidence in_system(std::string message) {
  return evidence_of(system_hive, std::move(message));
}

Evidence in_software(std::string message) {
  return evidence_of(software_hive, std::move(message));
}

/// Not applicable where the hive that would tell was not read.
Answer if_read(const WindowsFacts& windows, std::string_view hive, std::optional<Evidence> fired) {
  if (!windows.has_hive(hive)) return Answer::not_applied();
  Answer answer;
  if (fired) answer.fired.push_back(*std::move(fired));
  return answer;
}

bool is_client(const WindowsFacts& windows) {
  return windows.installation_type == "Client";
}

/// Updates after which machines were seen not to start, until they were replaced.
constexpr std::array<std::string_view, 9> harmful_updates{"KB5009624", "KB5009595", "KB5009546",
                                                          "KB5009557", "KB5009555", "KB5014738",
                                                          "KB5014702", "KB5014692", "KB5014678"};

constexpr std::array<std::string_view, 10> antivirus_names{
    "McAfee", "Norton", "Sophos", "Kaspersky", "Avira",
    "AVG",    "Avast",  "ESET",   "Symantec",  "Trend Micro"};

std::optional<std::string_view> named_in(const std::vector<std::string>& texts,
                                         std::span<const std::string_view> names) {
  for (const std::string& text : texts)
    for (const std::string_view name : names)
      if (text.find(name) != std::string::npos) return name;
  return std::nullopt;
}

constexpr std::uint32_t first_build_of_windows_11 = 22000;

/// Windows 8.1 and Server 2012 R2 ended in 2023, all before them earlier; Windows 10 in 2025.
bool has_ended(const WindowsFacts& windows) {
  if (windows.version.empty()) return false;
  if (!windows.version.starts_with("10.")) return true;
  return is_client(windows) && windows.build > 0 && windows.build < first_build_of_windows_11;
}

}  // namespace

Answer windows_device_install(const Context& context) {
  const WindowsFacts& windows = windows_of(context);
  std::optional<Evidence> fired;
  if (windows.device_install_disabled)
    fired = in_system(say("'DeviceInstallDisabled' is set: new devices get no driver"));
  return if_read(windows, "SYSTEM", std::move(fired));
}

Answer windows_sysprep(const Context& context) {
  const WindowsFacts& windows = windows_of(context);
  const std::string& state = windows.image_state;
  std::optional<Evidence> fired;
  if (!state.empty() && state != "IMAGE_STATE_COMPLETE" && !state.ends_with("_RESEAL_TO_OOBE")) {
    fired = in_software(say("the image state is '{}'", state));
    if (state != "IMAGE_STATE_UNDEPLOYABLE") fired->severity = Severity::warning;
  }
  return if_read(windows, "SOFTWARE", std::move(fired));
}

Answer windows_pending_update(const Context& context) {
  const WindowsFacts& windows = windows_of(context);
  Answer answer;
  if (!windows.pending_update.empty())
    answer.fired.push_back(evidence_of(windows.pending_update, say("an update is not finished")));
  return answer;
}

Answer windows_hotfix(const Context& context) {
  const WindowsFacts& windows = windows_of(context);
  std::optional<Evidence> fired;
  if (const auto update = named_in(windows.packages, harmful_updates))
    fired = in_software(say("the update {} is installed", *update));
  return if_read(windows, "SOFTWARE", std::move(fired));
}

Answer windows_antivirus(const Context& context) {
  const WindowsFacts& windows = windows_of(context);
  std::optional<Evidence> fired;
  if (const auto program = named_in(windows.programs, antivirus_names))
    fired = in_software(say("'{}' is installed", *program));
  else if (windows.has_group_policy)
    fired = in_software(say("group policies were applied"));
  return if_read(windows, "SOFTWARE", std::move(fired));
}

Answer windows_remote_desktop(const Context& context) {
  const WindowsFacts& windows = windows_of(context);
  std::optional<Evidence> fired;
  if (windows.remote_desktop_refused) fired = in_system(say("'fDenyTSConnections' is set"));
  return if_read(windows, "SYSTEM", std::move(fired));
}

Answer windows_static_address(const Context& context) {
  const WindowsFacts& windows = windows_of(context);
  if (!windows.has_hive("SYSTEM")) return Answer::not_applied();
  Answer answer;
  for (const auto& interface : windows.fixed_addresses)
    answer.fired.push_back(in_system(say("the interface '{}' has the fixed address {}",
                                         interface.id, interface.addresses.front())));
  return answer;
}

Answer windows_answer_files(const Context& context) {
  Answer answer;
  for (const std::string& path : windows_of(context).answer_files)
    answer.fired.push_back(evidence_of(path, say("the answer file holds a password")));
  return answer;
}

Answer windows_client_edition(const Context& context) {
  const WindowsFacts& windows = windows_of(context);
  std::optional<Evidence> fired;
  if (is_client(windows)) fired = in_software(say("'{}' is no server edition", windows.name));
  return if_read(windows, "SOFTWARE", std::move(fired));
}

Answer windows_end_of_life(const Context& context) {
  const WindowsFacts& windows = windows_of(context);
  std::optional<Evidence> fired;
  if (has_ended(windows))
    fired = in_software(say("'{}' (version {}, build {}) gets no updates any more", windows.name,
                            windows.version, windows.build));
  return if_read(windows, "SOFTWARE", std::move(fired));
}

Answer windows_no_restart(const Context& context) {
  const WindowsFacts& windows = windows_of(context);
  std::optional<Evidence> fired;
  if (windows.stays_after_crash) fired = in_system(say("'AutoReboot' is 0"));
  return if_read(windows, "SYSTEM", std::move(fired));
}

}  // namespace imprint::rules

// What keeps Windows from starting on an Imprint machine.

#include <algorithm>
#include <array>

#include "guestfs/language/say.h"
#include "guestfs/rules/windows_rules.h"

namespace imprint::rules {
namespace {

using facts::DeviceEntry;
using facts::HiveFacts;
using facts::WindowsDriver;
using facts::WindowsFacts;

/// Nothing can be said of what a hive holds that was not read: of that win.hive speaks.
bool lacks(const WindowsFacts& windows, std::string_view hive) {
  return !windows.has_hive(hive);
}

const std::string& path_of(const WindowsFacts& windows, std::string_view name) {
  static const std::string none;
  for (const HiveFacts& hive : windows.hives)
    if (hive.name == name) return hive.path;
  return none;
}

bool starts_by(const WindowsFacts& windows, std::string_view firmware) {
  return std::find(windows.firmware.begin(), windows.firmware.end(), firmware) !=
         windows.firmware.end();
}

/// "is not installed", "starts with 3, not 0", "has no file '...'".
std::string fault_of(const WindowsDriver& driver) {
  if (!driver.registered) return say("the driver '{}' is not installed", driver.service);
  if (!driver.file_there)
    return say("the driver '{}' has no file '{}'", driver.service, driver.file);
  if (!driver.start) return say("the driver '{}' has no value 'Start'", driver.service);
  return say("the driver '{}' has Start {}, not 0", driver.service, *driver.start);
}

}  // namespace

Answer windows_unsafe_ntfs(const Context& context) {
  Answer answer;
  if (windows_of(context).is_hibernated)
    answer.fired.push_back(
        evidence_of("/hiberfil.sys", say("the system sleeps, by hibernation or Fast Startup")));
  return answer;
}

Answer windows_bitlocker(const Context& context) {
  Answer answer;
  for (const guest::Volume& volume : context.inventory.volumes)
    if (volume.filesystem == "BitLocker")
      answer.fired.push_back(
          evidence_of({}, say("'{}' is encrypted with BitLocker", volume.device)));
  return answer;
}

Answer windows_hive(const Context& context) {
  Answer answer;
  for (const HiveFacts& hive : windows_of(context).hives) {
    switch (hive.state) {
      case HiveFacts::State::missing:
        answer.fired.push_back(evidence_of(hive.path, say("the registry hive is missing")));
        break;
      case HiveFacts::State::damaged:
        answer.fired.push_back(
            evidence_of(hive.path, say("the registry hive cannot be read: {}", hive.why)));
        break;
      case HiveFacts::State::unreadable:
        answer.undetermined.push_back(say("'{}' cannot be read: {}", hive.path, hive.why));
        break;
      case HiveFacts::State::sound:
        if (!hive.unwritten_changes) break;
        answer.fired.push_back(
            evidence_of(hive.path, say("changes are only in the hive's transaction log")));
        answer.fired.back().severity = Severity::warning;
        answer.fired.back().effect = say("Windows replays them at its next start");
        break;
    }
  }
  return answer;
}

Answer windows_bcd(const Context& context) {
  const WindowsFacts& windows = windows_of(context);
  Answer answer;
  if (starts_by(windows, "uefi") && !windows.esp_bcd)
    answer.fired.push_back(evidence_of(fmt::format("{}/EFI/Microsoft/Boot/BCD", facts::windows_esp),
                                       say("the boot configuration is missing")));
  if (starts_by(windows, "bios") && !windows.bios_bcd)
    answer.fired.push_back(evidence_of("/Boot/BCD", say("the boot configuration is missing")));
  return answer;
}

Answer windows_bootmgr(const Context& context) {
  const WindowsFacts& windows = windows_of(context);
  Answer answer;
  if (windows.firmware.empty())
    answer.fired.push_back(
        evidence_of("/bootmgr", say("no volume of the image holds a Windows boot manager")));
  if (starts_by(windows, "bios") || !starts_by(windows, "uefi")) return answer;
  if (!windows.esp_bootmgr)
    answer.fired.push_back(
        evidence_of(fmt::format("{}/EFI/Microsoft/Boot/bootmgfw.efi", facts::windows_esp),
                    say("the Windows boot manager is missing")));
  else if (!windows.esp_fallback)
    answer.fired.push_back(evidence_of(
        fmt::format("{}/EFI/Boot/bootx64.efi", facts::windows_esp),
        say("there is no fallback loader, and a new machine's firmware knows no other entry")));
  return answer;
}

Answer windows_virtio(const Context& context) {
  const WindowsFacts& windows = windows_of(context);
  if (lacks(windows, "SYSTEM")) return Answer::not_applied();
  Answer answer;
  const auto& drivers = windows.disk_drivers;
  const std::string& hive = path_of(windows, "SYSTEM");
  // The machine's system disk is a virtio block device; viostor is the first of the list.
  if (drivers.empty() || !drivers.front().starts_at_boot()) {
    answer.fired.push_back(evidence_of(
        hive, drivers.empty() ? say("there is no virtio disk driver") : fault_of(drivers.front())));
  } else if (windows.disk_device == DeviceEntry::absent) {
    answer.fired.push_back(
        evidence_of(hive, say("the device database does not know the virtio disk")));
    answer.fired.back().severity = Severity::warning;
  }
  if (const WindowsDriver& network = windows.network_driver;
      !network.registered || !network.file_there) {
    answer.fired.push_back(evidence_of(hive, fault_of(network)));
    answer.fired.back().severity = Severity::warning;
    answer.fired.back().effect = say("the machine has no network");
  }
  return answer;
}

Answer windows_disk_filters(const Context& context) {
  const WindowsFacts& windows = windows_of(context);
  if (lacks(windows, "SYSTEM")) return Answer::not_applied();
  Answer answer;
  for (const WindowsDriver& filter : windows.disk_filters)
    if (!filter.registered || !filter.file_there)
      answer.fired.push_back(evidence_of(
          path_of(windows, "SYSTEM"),
          say("disks are filtered by '{0}', but {1}", filter.service, fault_of(filter))));
  return answer;
}

Answer windows_xen_residual(const Context& context) {
  const WindowsFacts& windows = windows_of(context);
  if (lacks(windows, "SYSTEM")) return Answer::not_applied();
  Answer answer;
  if (windows.xen_hides_devices)
    answer.fired.push_back(evidence_of(path_of(windows, "SYSTEM"),
                                       say("the service XenPCI hides devices from other drivers")));
  return answer;
}

}  // namespace imprint::rules

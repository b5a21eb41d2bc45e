#include "guestfs/inspect/tell_systems.h"

#include <algorithm>

#include "guestfs/guest/device_set.h"
#include "guestfs/language/say.h"

namespace imprint::inspect {
namespace {

constexpr const char* no_system = "os.none-found";
constexpr const char* several_systems = "os.multi-boot";
constexpr const char* not_installed = "os.not-installed";
constexpr const char* on_several_disks = "fs.multi-disk-root";

void tell_fired(Ledger& ledger, std::string_view rule, std::string message) {
  rules::Evidence evidence;
  evidence.message = std::move(message);
  ledger.fired(rule, evidence);
}

/// A group, array or Btrfs that lacks a device hides what lies on it.
bool tell_missing_devices(Ledger& ledger, const guest::Inventory& inventory) {
  for (const guest::Volume& volume : inventory.volumes) {
    const std::size_t missing = guest::missing_devices(inventory, volume);
    if (missing == 0) continue;
    tell_fired(ledger, on_several_disks,
               say("what is on '{}' ({}) also lies on {} devices that are not in the "
                   "image, and no system can be seen without them",
                   volume.device, volume.filesystem, missing));
    return true;
  }
  return false;
}

std::string name_of(const guest::Inventory& inventory, const guest::System& system) {
  const std::string& device = inventory.volumes[system.volume].device;
  return system.subvolume.empty() ? device : say("{} subvolume {}", device, system.subvolume);
}

std::vector<std::string> devices_of(const guest::Inventory& inventory,
                                    const std::vector<std::size_t>& volumes) {
  std::vector<std::string> devices;
  for (const std::size_t volume : volumes) devices.push_back(inventory.volumes[volume].device);
  return devices;
}

bool has_bitlocker(const guest::Inventory& inventory) {
  return std::any_of(inventory.volumes.begin(), inventory.volumes.end(),
                     [](const guest::Volume& volume) { return volume.filesystem == "BitLocker"; });
}

std::string describe_encrypted(const std::vector<std::string>& devices,
                               const guest::Inventory& inventory) {
  const std::string names = fmt::format("{}", fmt::join(devices, "', '"));
  return has_bitlocker(inventory)
             ? say("no system is in the clear, but '{}' is encrypted with BitLocker", names)
             : say("no system is in the clear, but '{}' is encrypted with LUKS", names);
}

}  // namespace

void tell_no_guest(Ledger& ledger, const std::string& reason) {
  ledger.no_guest(no_system, reason);
}

void tell_no_system(Ledger& ledger, const guest::SystemSearch& search,
                    const guest::Inventory& inventory, const std::vector<std::string>& refused) {
  if (tell_missing_devices(ledger, inventory)) return;
  if (!refused.empty())
    return tell_no_guest(ledger,
                         say("no system is in the clear, and the passphrase does not open LUKS: {}",
                             fmt::join(refused, "; ")));
  if (!search.encrypted.empty())
    return tell_no_guest(ledger, describe_encrypted(search.encrypted, inventory));
  if (!search.unreadable.empty())
    return tell_no_guest(
        ledger, say("a file system cannot be read: {}", fmt::join(search.unreadable, "; ")));
  if (!search.composefs.empty())
    return tell_no_guest(ledger, say("'{}' holds images of composefs, which are not looked into",
                                     fmt::join(search.composefs, "', '")));
  if (!search.usr_volumes.empty())
    return tell_no_guest(
        ledger, say("'{}' holds the /usr of a system whose root is made when it first starts",
                    fmt::join(devices_of(inventory, search.usr_volumes), "', '")));
  ledger.answered("os.");
  if (!search.installers.empty())
    return tell_fired(
        ledger, not_installed,
        say("'{}' holds an installer or a live system", fmt::join(search.installers, "', '")));
  tell_fired(ledger, no_system, say("no file system of the image holds an operating system"));
}

void tell_several_systems(Ledger& ledger, const guest::SystemSearch& search,
                          const guest::Inventory& inventory, const guest::System& judged) {
  if (search.systems.size() < 2) return;
  std::vector<std::string> names;
  for (const guest::System& system : search.systems) names.push_back(name_of(inventory, system));
  tell_fired(ledger, several_systems,
             say("the image holds {} systems ({}); checked is the one on {}", names.size(),
                 fmt::join(names, ", "), name_of(inventory, judged)));
}

}  // namespace imprint::inspect

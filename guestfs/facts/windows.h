#pragma once
// What is read of a Windows system: its hives, the drivers that a virtual machine needs, and the
// files that start it.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "guestfs/guest/guest_fs.h"

namespace imprint::facts {

/// Where the volumes that start Windows are shown in the guest's tree, beside its own at "/".
inline constexpr std::string_view windows_esp = "/esp";  ///< the EFI system partition
inline constexpr std::string_view windows_system_partition =
    "/system-partition";  ///< the active partition with bootmgr

struct HiveFacts {
  enum class State { sound, missing, damaged, unreadable };
  std::string name;  ///< "SYSTEM"
  std::string path;  ///< "/Windows/System32/config/SYSTEM"
  State state = State::missing;
  std::string why;                 ///< when damaged or unreadable
  bool unwritten_changes = false;  ///< in a transaction log
};

/// A service that is a driver.
struct WindowsDriver {
  std::string service;
  bool registered = false;
  std::optional<std::uint32_t> start;  ///< 0: at boot, 4: disabled
  std::string file;                    ///< "Windows/System32/drivers/viostor.sys"
  bool file_there = false;

  [[nodiscard]] bool starts_at_boot() const { return registered && start == 0U && file_there; }
};

/// What the device database says of a virtio disk.
enum class DeviceEntry { no_database, absent, present };

struct WindowsInterface {
  std::string id;  ///< the key below Tcpip\Parameters\Interfaces
  std::vector<std::string> addresses;
};

struct WindowsFacts {
  std::string name;               ///< "Windows Server 2022 Datacenter"
  std::string version;            ///< "10.0"
  std::uint32_t build = 0;        ///< 20348; 0: unknown
  std::string installation_type;  ///< "Server", "Client", "Server Core"
  std::string architecture;       ///< "x86_64"
  std::vector<HiveFacts> hives;
  std::vector<std::string> firmware;  ///< "bios", "uefi": by the volumes that start it

  // Of SYSTEM, where it is sound.
  std::vector<WindowsDriver> disk_drivers;  ///< viostor and vioscsi
  WindowsDriver network_driver;             ///< netkvm
  DeviceEntry disk_device = DeviceEntry::no_database;
  std::vector<WindowsDriver> disk_filters;  ///< named by the class of disks
  bool xen_hides_devices = false;
  bool device_install_disabled = false;
  bool remote_desktop_refused = false;
  bool clock_is_utc = false;
  bool stays_after_crash = false;  ///< does not restart by itself
  std::vector<WindowsInterface> fixed_addresses;
  // Of SOFTWARE, where it is sound.
  std::string image_state;            ///< of Setup\State; empty: none
  std::vector<std::string> packages;  ///< updates, "Package_for_KB5009624~..."
  std::vector<std::string> programs;  ///< display names of what is installed
  bool has_group_policy = false;

  // Files.
  std::string unreadable;  ///< why nothing here counts: the guest cannot be read any more
  bool bios_bcd = false;   ///< the boot configuration, on the volume that the BIOS starts
  bool esp_bcd = false;
  bool esp_bootmgr = false;
  bool esp_fallback = false;  ///< what firmware starts that knows no entry
  bool is_hibernated = false;
  std::string pending_update;             ///< path of WinSxS\pending.xml; empty: none
  std::vector<std::string> answer_files;  ///< those that hold a password in the clear

  /// The hive of that name ("SYSTEM") was read.
  [[nodiscard]] bool has_hive(std::string_view hive_name) const;
};

/// Reads all of it. Never fails: what could not be read is told by its hive's state.
WindowsFacts read_windows(guest::FollowingFs& fs);

}  // namespace imprint::facts

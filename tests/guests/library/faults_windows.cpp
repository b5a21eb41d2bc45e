#include "tests/guests/library/faults.h"
#include "tests/guests/library/windows.h"

namespace imprint::guests {
namespace {

constexpr std::string_view windows = "windows2022";
constexpr std::string_view system_hive = "/Windows/System32/config/SYSTEM";
constexpr std::string_view software_hive = "/Windows/System32/config/SOFTWARE";

void set_system(Guest& guest, const std::string& key, const std::string& name, HiveValue value) {
  HiveKeys keys = windows_system_keys();
  keys[key][name] = std::move(value);
  set_windows_system(guest, keys);
}

void set_software(Guest& guest, const std::string& key, const std::string& name, HiveValue value) {
  HiveKeys keys = windows_software_keys();
  keys[key][name] = std::move(value);
  set_windows_software(guest, keys);
}

/// The numbers of the last write begun and the last one ended differ.
void leave_changes_in_log(Guest& guest) {
  std::string hive = guest.text_of(system_hive);
  hive[4] = static_cast<char>(hive[4] + 1);
  // The checksum is the XOR of all words before it.
  hive[508] = static_cast<char>(hive[508] ^ hive[4] ^ (hive[4] - 1));
  guest.write(system_hive, std::move(hive));
}

}  // namespace

std::vector<Fault> windows_faults() {
  constexpr Severity error = Severity::error;
  constexpr Severity warning = Severity::warning;
  constexpr Severity info = Severity::info;
  return {
      {"win.unsafe-ntfs", windows, "hibernated", error,
       [](Guest& guest) { guest.fs.file("/hiberfil.sys", "hibr and more"); }, "/hiberfil.sys"},
      {"win.bitlocker", windows, "a data volume of BitLocker", warning,
       [](Guest& guest) {
         guest::Volume volume;
         volume.device = "/dev/sda9";
         volume.number = 9;
         volume.filesystem = "BitLocker";
         guest.inventory.volumes.push_back(std::move(volume));
       }},
      {"win.hive", windows, "SAM is gone", error,
       [](Guest& guest) { guest.fs.remove("/Windows/System32/config/SAM"); },
       "/Windows/System32/config/SAM"},
      {"win.hive", windows, "SECURITY is zeros", error,
       [](Guest& guest) {
         guest.fs.file("/Windows/System32/config/SECURITY", std::string(8192, '\0'));
       },
       "/Windows/System32/config/SECURITY"},
      {"win.hive", windows, "SYSTEM is cut short", error,
       [](Guest& guest) { guest.write(system_hive, guest.text_of(system_hive).substr(0, 4200)); },
       system_hive},
      {"win.hive", windows, "changes only in the log", warning, leave_changes_in_log, system_hive},
      {"win.bcd", windows, "BCD is gone", error,
       [](Guest& guest) { guest.fs.remove("/system-partition/Boot/BCD"); }, "/Boot/BCD"},
      {"win.bootmgr", windows, "bootmgr is gone", error,
       [](Guest& guest) { guest.fs.remove("/system-partition/bootmgr"); }, "/bootmgr"},
      {"win.virtio", windows, "viostor starts on demand", error,
       [](Guest& guest) { set_system(guest, "ControlSet001\\Services\\viostor", "Start", 3U); },
       system_hive},
      {"win.virtio", windows, "viostor has no file", error,
       [](Guest& guest) { guest.fs.remove("/Windows/System32/drivers/viostor.sys"); }, system_hive},
      {"win.virtio", windows, "no driver for the network", warning,
       [](Guest& guest) { guest.fs.remove("/Windows/System32/drivers/netkvm.sys"); }, system_hive},
      {"win.disk-filters", windows, "a filter of removed software", error,
       [](Guest& guest) {
         set_system(guest, "ControlSet001\\Control\\Class\\{4d36e967-e325-11ce-bfc1-08002be10318}",
                    "LowerFilters", std::vector<std::string>{"gonefilter"});
       },
       system_hive},
      {"win.xen-residual", windows, "XenPCI hides devices", warning,
       [](Guest& guest) {
         set_system(guest, "ControlSet001\\Services\\XenPCI\\Parameters", "hide_devices",
                    std::vector<std::string>{"x"});
       },
       system_hive},
      {"win.device-install-disabled", windows, "set by policy", warning,
       [](Guest& guest) {
         set_system(guest, "ControlSet001\\Services\\PlugPlay\\Parameters", "DeviceInstallDisabled",
                    1U);
       },
       system_hive},
      {"win.sysprep-incomplete", windows, "undeployable", error,
       [](Guest& guest) {
         set_software(guest, "Microsoft\\Windows\\CurrentVersion\\Setup\\State", "ImageState",
                      "IMAGE_STATE_UNDEPLOYABLE");
       },
       software_hive},
      {"win.update-pending", windows, "pending.xml", warning,
       [](Guest& guest) { guest.fs.file("/Windows/WinSxS/pending.xml", "<x/>"); },
       "/Windows/WinSxS/pending.xml"},
      {"win.hotfix", windows, "KB5009555", warning,
       [](Guest& guest) {
         set_software(guest,
                      "Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\Packages\\"
                      "Package_for_KB5009555~31bf~amd64~~1.0",
                      "CurrentState", 112U);
       },
       software_hive},
      {"win.av-gpo", windows, "an antivirus", info,
       [](Guest& guest) {
         set_software(guest, "Microsoft\\Windows\\CurrentVersion\\Uninstall\\{b}", "DisplayName",
                      "McAfee Endpoint Security");
       },
       software_hive},
      {"win.rdp", windows, "remote desktop refused", info,
       [](Guest& guest) {
         set_system(guest, "ControlSet001\\Control\\Terminal Server", "fDenyTSConnections", 1U);
       },
       system_hive},
      {"win.static-ip", windows, "a fixed address", warning,
       [](Guest& guest) {
         HiveKeys keys = windows_system_keys();
         keys["ControlSet001\\Services\\Tcpip\\Parameters\\Interfaces\\{1}"] = {
             {"EnableDHCP", 0U}, {"IPAddress", std::vector<std::string>{"192.0.2.7"}}};
         set_windows_system(guest, keys);
       },
       system_hive},
      {"win.unattend-secrets", windows, "an answer file", warning,
       [](Guest& guest) {
         guest.fs.file("/Windows/Panther/unattend.xml",
                       "<unattend><AdministratorPassword><Value>c2VjcmV0</Value>");
       },
       "/Windows/Panther/unattend.xml"},
      {"win.client-edition", windows, "Windows 11", info,
       [](Guest& guest) {
         HiveKeys keys = windows_software_keys();
         auto& version = keys["Microsoft\\Windows NT\\CurrentVersion"];
         version["InstallationType"] = "Client";
         version["CurrentBuildNumber"] = "22631";
         set_windows_software(guest, keys);
       },
       software_hive},
      {"win.eol", windows, "Server 2012 R2", warning,
       [](Guest& guest) {
         HiveKeys keys = windows_software_keys();
         auto& version = keys["Microsoft\\Windows NT\\CurrentVersion"];
         version.erase("CurrentMajorVersionNumber");
         version["CurrentBuildNumber"] = "9600";
         set_windows_software(guest, keys);
       },
       software_hive},
      {"win.autoreboot", windows, "stays after a crash", info,
       [](Guest& guest) {
         set_system(guest, "ControlSet001\\Control\\CrashControl", "AutoReboot", 0U);
       },
       system_hive},
  };
}

}  // namespace imprint::guests

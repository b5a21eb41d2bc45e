#include "tests/guests/library/windows.h"

#include "tests/guests/library/guests.h"

namespace imprint::guests {
namespace {

constexpr const char* config = "/Windows/System32/config/";
constexpr const char* drivers = "/Windows/System32/drivers/";

}  // namespace

HiveKeys windows_system_keys() {
  const std::string services = "ControlSet001\\Services\\";
  const auto driver = [](const std::string& name, std::uint32_t start) -> HiveValues {
    return {{"Start", start}, {"Type", 1U}, {"ImagePath", "System32\\drivers\\" + name + ".sys"}};
  };
  return {
      {"Select", {{"Current", 1U}, {"Default", 1U}}},
      {"ControlSet001\\Control\\Session Manager\\Environment",
       {{"PROCESSOR_ARCHITECTURE", "AMD64"}}},
      {"ControlSet001\\Control\\Class\\{4d36e967-e325-11ce-bfc1-08002be10318}",
       {{"UpperFilters", std::vector<std::string>{"partmgr"}}}},
      {"ControlSet001\\Control\\Terminal Server", {{"fDenyTSConnections", 0U}}},
      {"ControlSet001\\Control\\CrashControl", {{"AutoReboot", 1U}}},
      {services + "partmgr", driver("partmgr", 0)},
      {services + "viostor", driver("viostor", 0)},
      {services + "netkvm", driver("netkvm", 3)},
      {services + "Tcpip\\Parameters\\Interfaces\\{1}", {{"EnableDHCP", 1U}}},
      {"DriverDatabase\\DeviceIds\\PCI\\VEN_1AF4&DEV_1001&SUBSYS_00021AF4", {}},
  };
}

HiveKeys windows_software_keys() {
  const std::string windows = "Microsoft\\Windows\\CurrentVersion\\";
  return {
      {"Microsoft\\Windows NT\\CurrentVersion",
       {{"ProductName", "Windows Server 2022 Datacenter"},
        {"CurrentVersion", "6.3"},
        {"CurrentMajorVersionNumber", 10U},
        {"CurrentMinorVersionNumber", 0U},
        {"CurrentBuildNumber", "20348"},
        {"InstallationType", "Server"}}},
      {windows + "Setup\\State", {{"ImageState", "IMAGE_STATE_GENERALIZE_RESEAL_TO_OOBE"}}},
      {windows + "Component Based Servicing\\Packages\\Package_for_KB5034439~31bf~amd64~~1.1", {}},
      {windows + "Uninstall\\{a}", {{"DisplayName", "Virtio-win-guest-tools"}}},
  };
}

void set_windows_system(Guest& guest, const HiveKeys& keys) {
  guest.fs.file(std::string{config} + "SYSTEM", make_hive(keys));
}

void set_windows_software(Guest& guest, const HiveKeys& keys) {
  guest.fs.file(std::string{config} + "SOFTWARE", make_hive(keys));
}

Guest windows2022() {
  Guest guest;
  lay_out(guest, guest::TableType::mbr,
          {{"ntfs", "6E1A5B771A5B3C2D", "System Reserved", ""},
           {"ntfs", "1C2D6E1A5B771A5B", "Windows", ""}});
  guest.inventory.volumes[0].bootable = true;
  guest.mounts = {{1, "/", {}}, {0, "/system-partition", {}}};
  set_windows_system(guest, windows_system_keys());
  set_windows_software(guest, windows_software_keys());
  for (const char* name : {"SAM", "SECURITY"})
    guest.fs.file(std::string{config} + name, make_hive({}));
  for (const char* name : {"partmgr", "viostor", "netkvm"})
    guest.fs.file(std::string{drivers} + name + ".sys", "MZ");
  guest.fs.file("/system-partition/bootmgr", "boot manager")
      .file("/system-partition/Boot/BCD", make_hive({}));
  return guest;
}

}  // namespace imprint::guests

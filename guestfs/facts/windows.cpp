#include "guestfs/facts/windows.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "guestfs/facts/registry.h"
#include "guestfs/facts/source_file.h"
#include "guestfs/facts/windows_path.h"

namespace imprint::facts {
namespace {

constexpr std::string_view config_folder = "Windows/System32/config";
constexpr std::string_view class_of_disks =
    "Control\\Class\\{4d36e967-e325-11ce-bfc1-08002be10318}";
constexpr std::size_t most_filters = 64;
constexpr std::size_t most_interfaces = 256;
constexpr std::size_t most_programs = 4096;

HiveFacts::State state_of(const Error& error) {
  if (error.code == Errc::not_found) return HiveFacts::State::missing;
  if (error.code == Errc::corrupt || error.code == Errc::invalid) return HiveFacts::State::damaged;
  return HiveFacts::State::unreadable;
}

/// Opens a hive of the system and writes down how it went.
std::optional<Hive> open_hive(guest::FollowingFs& fs, std::string_view name, WindowsFacts& facts) {
  HiveFacts hive;
  const std::string asked = fmt::format("{}/{}", config_folder, name);
  const auto path = find_windows_path(fs, asked);
  hive.name = name;
  hive.path = path ? path->str() : "/" + asked;
  std::optional<Hive> opened;
  if (path) {
    auto result = Hive::open(fs, *path);
    if (result) {
      hive.state = HiveFacts::State::sound;
      hive.unwritten_changes = result->has_unwritten_changes();
      opened.emplace(*std::move(result));
    } else {
      hive.state = state_of(result.error());
      hive.why = result.error().message;
    }
  }
  facts.hives.push_back(std::move(hive));
  return opened;
}

std::string architecture_of(const RegistryKey& control_set) {
  const std::string name = control_set.at("Control\\Session Manager\\Environment")
                               .text("PROCESSOR_ARCHITECTURE")
                               .value_or("");
  if (name == "AMD64") return "x86_64";
  if (name == "ARM64") return "aarch64";
  return name == "x86" ? "i686" : "";
}

WindowsDriver driver_of(guest::FollowingFs& fs, const RegistryKey& control_set,
                        const std::string& service) {
  WindowsDriver driver;
  driver.service = service;
  const RegistryKey key = control_set.at("Services\\" + service);
  driver.registered = key.exists();
  driver.start = key.number("Start");
  driver.file = driver_path(key.text("ImagePath").value_or(""), service);
  driver.file_there = find_windows_path(fs, driver.file).has_value();
  return driver;
}

/// The database maps a device's id, with or without its subsystem and revision, to a driver.
DeviceEntry disk_device_of(const Hive& system) {
  const RegistryKey devices = system.at("DriverDatabase\\DeviceIds\\PCI");
  if (!devices.exists()) return DeviceEntry::no_database;
  static constexpr std::array<std::string_view, 4> virtio_disks{
      "VEN_1AF4&DEV_1001", "VEN_1AF4&DEV_1042", "VEN_1AF4&DEV_1004", "VEN_1AF4&DEV_1048"};
  for (const std::string& name : devices.names())
    for (const std::string_view id : virtio_disks)
      if (name.starts_with(id)) return DeviceEntry::present;
  return DeviceEntry::absent;
}

void read_filters(guest::FollowingFs& fs, const RegistryKey& control_set, WindowsFacts& facts) {
  const RegistryKey disks = control_set.at(class_of_disks);
  for (const char* value : {"UpperFilters", "LowerFilters"})
    for (const std::string& service : disks.texts(value))
      if (!service.empty() && facts.disk_filters.size() < most_filters)
        facts.disk_filters.push_back(driver_of(fs, control_set, service));
}

void read_interfaces(const RegistryKey& control_set, WindowsFacts& facts) {
  const RegistryKey interfaces = control_set.at("Services\\Tcpip\\Parameters\\Interfaces");
  for (const std::string& id : interfaces.names()) {
    const RegistryKey key = interfaces.at(id);
    if (key.number("EnableDHCP").value_or(1) != 0) continue;
    std::vector<std::string> addresses = key.texts("IPAddress");
    std::erase_if(addresses, [](const auto& each) { return each.empty() || each == "0.0.0.0"; });
    if (!addresses.empty() && facts.fixed_addresses.size() < most_interfaces)
      facts.fixed_addresses.push_back({id, std::move(addresses)});
  }
}

void read_system(guest::FollowingFs& fs, const Hive& system, WindowsFacts& facts) {
  const auto current = system.at("Select").number("Current").value_or(1);
  const RegistryKey set = system.at(fmt::format("ControlSet{:03}", current));
  facts.architecture = architecture_of(set);
  for (const char* service : {"viostor", "vioscsi"})
    facts.disk_drivers.push_back(driver_of(fs, set, service));
  facts.network_driver = driver_of(fs, set, "netkvm");
  facts.disk_device = disk_device_of(system);
  read_filters(fs, set, facts);
  read_interfaces(set, facts);
  facts.xen_hides_devices = !set.at("Services\\XenPCI\\Parameters").texts("hide_devices").empty();
  for (const char* key : {"Services\\DeviceInstall\\Parameters", "Services\\PlugPlay\\Parameters"})
    facts.device_install_disabled = facts.device_install_disabled ||
                                    set.at(key).number("DeviceInstallDisabled").value_or(0) != 0;
  facts.remote_desktop_refused =
      set.at("Control\\Terminal Server").number("fDenyTSConnections").value_or(0) != 0;
  facts.clock_is_utc =
      set.at("Control\\TimeZoneInformation").number("RealTimeIsUniversal").value_or(0) != 0;
  facts.stays_after_crash = set.at("Control\\CrashControl").number("AutoReboot").value_or(1) == 0;
}

void read_software(const Hive& software, WindowsFacts& facts) {
  const RegistryKey version = software.at("Microsoft\\Windows NT\\CurrentVersion");
  facts.name = version.text("ProductName").value_or("");
  facts.version = version.text("CurrentVersion").value_or("");
  // Since Windows 10 "CurrentVersion" stays at 6.3.
  if (const auto major = version.number("CurrentMajorVersionNumber"))
    facts.version =
        fmt::format("{}.{}", *major, version.number("CurrentMinorVersionNumber").value_or(0));
  const std::string build = version.text("CurrentBuildNumber").value_or("0");
  std::from_chars(build.data(), build.data() + build.size(), facts.build);
  facts.installation_type = version.text("InstallationType").value_or("");
  const RegistryKey windows = software.at("Microsoft\\Windows\\CurrentVersion");
  facts.image_state = windows.at("Setup\\State").text("ImageState").value_or("");
  facts.packages = windows.at("Component Based Servicing\\Packages").names();
  facts.has_group_policy = !windows.at("Group Policy\\History").names().empty();
  const RegistryKey uninstall = windows.at("Uninstall");
  for (const std::string& id : uninstall.names())
    if (auto name = uninstall.at(id).text("DisplayName");
        name && facts.programs.size() < most_programs)
      facts.programs.push_back(*std::move(name));
}

/// The file's first bytes tell whether it holds a sleeping system or was left behind by one.
bool is_hibernated(guest::FollowingFs& fs) {
  const auto path = find_windows_path(fs, "hiberfil.sys");
  if (!path) return false;
  const auto magic = fs.raw().read_range(*path, 0, 4);
  return magic && (*magic == "hibr" || *magic == "HIBR" || *magic == "HORM" || *magic == "wake" ||
                   *magic == "WAKE");
}

/// Setup overwrites the passwords of the answer files that it has used.
bool holds_password(const std::string& text) {
  const bool names_one = text.find("<AdministratorPassword>") != std::string::npos ||
                         text.find("<Password>") != std::string::npos;
  return names_one && text.find("*SENSITIVE*DATA*DELETED*") == std::string::npos;
}

void read_answer_files(guest::FollowingFs& fs, WindowsFacts& facts) {
  for (const char* name :
       {"unattend.xml", "autounattend.xml", "Windows/Panther/unattend.xml",
        "Windows/Panther/Unattend/unattend.xml", "Windows/System32/Sysprep/unattend.xml",
        "Windows/System32/Sysprep/Panther/unattend.xml"}) {
    const auto path = find_windows_path(fs, name);
    if (path && holds_password(read_source(fs, path->str()).text))
      facts.answer_files.push_back(path->str());
  }
}

bool is_file(guest::FollowingFs& fs, const std::string& path) {
  return find_windows_path(fs, path).has_value();
}

bool is_on_esp(guest::FollowingFs& fs, std::string_view path) {
  return is_file(fs, fmt::format("{}/EFI/{}", windows_esp, path));
}

void read_boot_files(guest::FollowingFs& fs, WindowsFacts& facts) {
  facts.bios_bcd =
      is_file(fs, "Boot/BCD") || is_file(fs, fmt::format("{}/Boot/BCD", windows_system_partition));
  facts.esp_bcd = is_on_esp(fs, "Microsoft/Boot/BCD");
  facts.esp_bootmgr = is_on_esp(fs, "Microsoft/Boot/bootmgfw.efi");
  facts.esp_fallback = is_on_esp(fs, "Boot/bootx64.efi") || is_on_esp(fs, "Boot/bootaa64.efi");
}

void read_firmware(guest::FollowingFs& fs, WindowsFacts& facts) {
  if (is_file(fs, fmt::format("{}/EFI", windows_esp))) facts.firmware.emplace_back("uefi");
  if (is_file(fs, "bootmgr") || is_file(fs, fmt::format("{}/bootmgr", windows_system_partition)))
    facts.firmware.insert(facts.firmware.begin(), "bios");
}

}  // namespace

bool WindowsFacts::has_hive(std::string_view hive_name) const {
  return std::any_of(hives.begin(), hives.end(), [&](const HiveFacts& hive) {
    return hive.name == hive_name && hive.state == HiveFacts::State::sound;
  });
}

WindowsFacts read_windows(guest::FollowingFs& fs) {
  WindowsFacts facts;
  if (const auto system = open_hive(fs, "SYSTEM", facts)) read_system(fs, *system, facts);
  if (const auto software = open_hive(fs, "SOFTWARE", facts)) read_software(*software, facts);
  for (const char* name : {"SAM", "SECURITY"}) open_hive(fs, name, facts);
  read_firmware(fs, facts);
  read_boot_files(fs, facts);
  facts.is_hibernated = is_hibernated(fs);
  if (const auto pending = find_windows_path(fs, "Windows/WinSxS/pending.xml"))
    facts.pending_update = pending->str();
  read_answer_files(fs, facts);
  // Once the appliance has died every file seems to be missing.
  if (const auto root = fs.raw().list(guest::GuestPath{}); !root)
    facts.unreadable = root.error().message;
  return facts;
}

}  // namespace imprint::facts

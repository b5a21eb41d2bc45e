// LibvirtHypervisor: the verbs that change definitions.
#include <filesystem>
#include <string_view>

#include "plugins/libvirt/error.h"
#include "plugins/libvirt/libvirt_hypervisor.h"
#include "plugins/libvirt/swap.h"

namespace imprint::libvirt {
namespace {

Result<> refuse_running(Lease& lease, const Domain& domain, const std::string& uuid) {
  const Power power = TRY(read_power(lease, domain));
  if (power.state == PowerState::stopped) return {};
  return make_error(Errc::conflict, "machine '{}': is {}", uuid, to_string(power.state));
}

/// The flags that the definition calls for. The firmware's variables stay with the system disk they
/// belong to.
unsigned undefine_flags(const std::string& xml) {
  pugi::xml_document document;
  document.load_string(xml.c_str());
  unsigned flags = VIR_DOMAIN_UNDEFINE_MANAGED_SAVE | VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA;
  if (document.child("domain").child("os").child("nvram")) flags |= VIR_DOMAIN_UNDEFINE_KEEP_NVRAM;
  return flags;
}

}  // namespace

Result<Platform> LibvirtHypervisor::platform(Lease& lease) {
  const char* driver = virConnectGetType(lease.connection());
  if (driver == nullptr) return lease.failed("the driver's type");
  Platform platform{"test", settings_.emulator, settings_.uefi_code, settings_.uefi_variables};
  if (std::string_view{driver} != "TEST" && std::string_view{driver} != "Test")
    platform.domain_type = accelerator_.get().name == "kvm" ? "kvm" : "qemu";
  return platform;
}

Result<> LibvirtHypervisor::check_firmware(const Machine& machine) const {
  if (machine.firmware == Firmware::bios) return {};
  for (const auto& file : {settings_.uefi_code, settings_.uefi_variables})
    if (std::error_code ignored; !std::filesystem::exists(file, ignored))
      return make_error(Errc::unavailable, "UEFI firmware '{}' is not installed", file.string());
  return {};
}

Result<bool> LibvirtHypervisor::is_defined(Lease& lease, const Machine& machine) {
  const std::string& name = machine.instance.str();
  std::optional<Domain> domain = TRY(look_up(lease, machine.uuid));
  if (!domain) {
    if (TRY(look_up_name(lease, name)))
      return make_error(Errc::conflict, "machine '{}': the name is taken by another machine", name);
    return false;
  }
  if (!TRY(mark_of(lease, *domain)))
    return make_error(Errc::conflict,
                      "machine '{}': its UUID is taken by a machine without our mark", name);
  const Definition present = TRY(read_definition(TRY(read_xml(lease, *domain, Which::inactive))));
  std::optional<std::string> difference = difference_of_rest(present, machine);
  if (!difference) difference = difference_of_system(present, machine);
  if (difference)
    return make_error(Errc::conflict, "machine '{}': is already defined, but {} differs", name,
                      *difference);
  return true;
}

Result<> LibvirtHypervisor::define(const Machine& machine) {
  TRY(check_firmware(machine));
  Lease lease = TRY(connections_.jobs().lease());
  const Platform host = TRY(platform(lease));
  const std::string xml = TRY(build_domain(machine, host));
  if (TRY(is_defined(lease, machine))) return {};
  return define_xml(lease, xml);
}

Result<> LibvirtHypervisor::undefine(const std::string& uuid) {
  Lease lease = TRY(connections_.jobs().lease());
  const std::optional<Domain> domain = TRY(find_ours_if_any(lease, uuid));
  if (!domain) return {};
  TRY(refuse_running(lease, *domain, uuid));
  const std::string xml = TRY(read_xml(lease, *domain, Which::inactive));
  if (virDomainUndefineFlags(domain->get(), undefine_flags(xml)) < 0 &&
      !last_error_is(VIR_ERR_NO_DOMAIN))
    return lease.failed(fmt::format("machine '{}': cannot be undefined", uuid));
  return {};
}

Result<> LibvirtHypervisor::swap_system_disk(const Machine& machine,
                                             const std::string& expected_system) {
  TRY(check_firmware(machine));
  Lease lease = TRY(connections_.jobs().lease());
  const Platform host = TRY(platform(lease));
  TRY(build_domain(machine, host));  // a machine that could not be defined is refused alike
  const Domain domain = TRY(find_ours(lease, machine.uuid));
  TRY(refuse_running(lease, domain, machine.uuid));

  const std::string xml = TRY(read_xml(lease, domain, Which::inactive));
  const Definition present = TRY(read_definition(xml));
  if (const auto difference = difference_of_rest(present, machine))
    return make_error(Errc::conflict, "machine '{}': {} would change with the system disk",
                      machine.instance.str(), *difference);
  const bool swapped = !difference_of_system(present, machine);
  if (swapped && present.mark->generation == machine.generation) return {};
  const DefinedDisk* system = present.disk(system_target);
  if (!swapped && (system == nullptr || system->path != expected_system))
    return make_error(Errc::conflict, "machine '{}': its system disk is '{}', not '{}'",
                      machine.instance.str(), system == nullptr ? "" : system->path,
                      expected_system);
  // Saved memory belongs to the disk it was saved with; on another one it would destroy the file
  // system.
  if (!swapped) TRY(drop_saved_state(lease, domain));
  return define_xml(lease, TRY(swap_system(xml, machine, host)));
}

}  // namespace imprint::libvirt

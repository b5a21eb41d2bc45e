// LibvirtHypervisor: the verbs that start and stop, and what can be read of a machine.
#include <libvirt/libvirt-qemu.h>

#include <algorithm>

#include "plugins/libvirt/console.h"
#include "plugins/libvirt/error.h"
#include "plugins/libvirt/libvirt_hypervisor.h"
#include "plugins/libvirt/listing.h"
#include "plugins/libvirt/stopping.h"

namespace imprint::libvirt {
namespace {

std::string version_text(unsigned long version) {
  constexpr unsigned long major = 1'000'000;
  constexpr unsigned long minor = 1'000;
  return fmt::format("{}.{}.{}", version / major, version % major / minor, version % minor);
}

/// Memory that was saved with another system disk than the one defined now must never be resumed.
Result<> drop_stale_saved_state(Lease& lease, const Domain& domain, const std::string& uuid) {
  if (virDomainHasManagedSaveImage(domain.get(), 0) != 1) return {};
  const CString saved_xml{virDomainManagedSaveGetXMLDesc(domain.get(), 0)};
  if (!saved_xml) return lease.failed(fmt::format("machine '{}': its saved state", uuid));
  const Definition saved = TRY(read_definition(saved_xml.get()));
  const Definition present = TRY(read_definition(TRY(read_xml(lease, domain, Which::inactive))));
  const DefinedDisk* before = saved.disk(system_target);
  const DefinedDisk* now = present.disk(system_target);
  if (before != nullptr && now != nullptr && before->path == now->path) return {};
  return drop_saved_state(lease, domain);
}

Result<> resume(Lease& lease, const Domain& domain, const std::string& uuid) {
  if (virDomainResume(domain.get()) < 0)
    return lease.failed(fmt::format("machine '{}': cannot be resumed", uuid));
  return {};
}

}  // namespace

Result<HypervisorInfo> LibvirtHypervisor::info() {
  Lease lease = TRY(connections_.fast().lease());
  unsigned long libvirt = 0;
  unsigned long hypervisor = 0;
  const char* type = virConnectGetType(lease.connection());
  if (type == nullptr || virConnectGetLibVersion(lease.connection(), &libvirt) < 0 ||
      virConnectGetVersion(lease.connection(), &hypervisor) < 0)
    return lease.failed("the hypervisor's version");
  const Accelerator& accelerator = accelerator_.get();
  return HypervisorInfo{
      fmt::format("libvirt {}, {} {}", version_text(libvirt), type, version_text(hypervisor)),
      accelerator.name, accelerator.why};
}

Result<> LibvirtHypervisor::start(const std::string& uuid) {
  Power power;
  {
    Lease lease = TRY(connections_.jobs().lease());
    const Domain domain = TRY(find_ours(lease, uuid));
    power = TRY(read_power(lease, domain));
    if (power.state == PowerState::running) return {};
    if (power.state == PowerState::paused) return resume(lease, domain, uuid);
  }
  if (power.state == PowerState::crashed) TRY(end_by_force(connections_, uuid));

  Lease lease = TRY(connections_.jobs().lease());
  const Domain domain = TRY(find_ours(lease, uuid));
  TRY(drop_stale_saved_state(lease, domain, uuid));
  if (virDomainCreateWithFlags(domain.get(), VIR_DOMAIN_NONE) == 0) return {};
  Error error = lease.failed(fmt::format("machine '{}': cannot be started", uuid));
  // Somebody else may have started it between our look and our call.
  if (error.code == Errc::conflict && TRY(read_power(lease, domain)).state == PowerState::running)
    return {};
  return error;
}

Result<StopOutcome> LibvirtHypervisor::stop(const std::string& uuid, std::chrono::seconds grace) {
  return stop_machine(connections_, uuid, grace);
}

Result<MachineState> LibvirtHypervisor::state(const std::string& uuid) {
  Lease lease = TRY(connections_.fast().lease());
  const std::optional<Domain> domain = TRY(find_ours_if_any(lease, uuid));
  if (!domain) return MachineState{PowerState::absent, "", ""};
  const Definition present = TRY(read_definition(TRY(read_xml(lease, *domain, Which::present))));
  const DefinedDisk* system = present.disk(system_target);
  Power power = TRY(read_power(lease, *domain));
  return MachineState{power.state, std::move(power.reason), system == nullptr ? "" : system->path};
}

Result<std::vector<Hypervisor::Listed>> LibvirtHypervisor::list() {
  Lease lease = TRY(connections_.fast().lease());
  return list_machines(lease, *marks_);
}

Result<std::string> LibvirtHypervisor::console_tail(const std::string& uuid, std::size_t bytes) {
  std::string log;
  {
    Lease lease = TRY(connections_.fast().lease());
    const Domain domain = TRY(find_ours(lease, uuid));
    log = TRY(read_definition(TRY(read_xml(lease, domain, Which::present)))).console_log;
  }
  return tail_of(log, bytes);
}

Result<> LibvirtHypervisor::ping_agent(const std::string& uuid, std::chrono::seconds wait) {
  Lease lease = TRY(connections_.slow().lease());
  const Domain domain = TRY(find_ours(lease, uuid));
  const int seconds = static_cast<int>(std::clamp<std::int64_t>(wait.count(), 1, 60));
  // The command is preceded by a synchronisation that has a limit of its own.
  virDomainAgentSetResponseTimeout(domain.get(), seconds, 0);
  const CString answer{
      virDomainQemuAgentCommand(domain.get(), R"({"execute":"guest-ping"})", seconds, 0)};
  if (answer) return {};
  return Error{Errc::unavailable,
               lease.failed(fmt::format("machine '{}': the guest agent", uuid)).message};
}

}  // namespace imprint::libvirt

#include "agent/workflows/machine.h"

#include "agent/base/log.h"
#include "agent/policy/reimage.h"

namespace imprint::workflows {
namespace {

constexpr std::string_view whom = "hypervisor";

Result<MachineState> known_state(Hypervisor& hypervisor, const std::string& uuid) {
  MachineState state = TRY(hypervisor.state(uuid));
  if (state.power == PowerState::unknown)
    return make_error(Errc::unavailable, "the state of machine '{}' is not known", uuid);
  return state;
}

}  // namespace

Result<MachineState> ask_state(Run& run, const std::string& uuid) {
  return run.insist(whom, [&] { return known_state(run.ports.hypervisor, uuid); });
}

bool has_process(PowerState power) noexcept {
  return power != PowerState::stopped && power != PowerState::absent;
}

Result<> define_machine(Run& run, const Instance& instance) {
  const auto console = TRY(run.ports.volumes.prepare_console(instance.id));
  return run.insist(whom,
                    [&] { return run.ports.hypervisor.define(machine_of(instance, console)); });
}

Result<> define_if_absent(Run& run, const Instance& instance) {
  if (TRY(ask_state(run, instance.uuid)).power != PowerState::absent) return {};
  log::warn("instance {} was not defined any more: it is defined anew, continuing",
            instance.id.str());
  return define_machine(run, instance);
}

Result<> start_machine(Run& run, const std::string& uuid) {
  return run.insist(whom, [&] { return run.ports.hypervisor.start(uuid); });
}

Result<> stop_machine(Run& run, const std::string& uuid, std::chrono::seconds grace) {
  if (!has_process(TRY(ask_state(run, uuid)).power)) return {};
  const auto stopped = run.insist(whom, [&] { return run.ports.hypervisor.stop(uuid, grace); });
  // Somebody removed its definition while it ran: such a machine is gone with its end.
  if (!stopped && stopped.error().code != Errc::not_found) return stopped.error();
  return {};
}

Result<> exchange_system(Run& run, const Instance& from, const Instance& to) {
  TRY(policy::require_same_data_disks(from, to));
  TRY(policy::refuse_data_disk(to.system.disk, from.data_disks));
  const auto console = TRY(run.ports.volumes.prepare_console(to.id));
  return run.insist(whom, [&] {
    return run.ports.hypervisor.swap_system_disk(machine_of(to, console), from.system.disk.path);
  });
}

Result<> require_not_in_use(Run& run, const std::string& uuid, const Disk& disk) {
  const MachineState state = TRY(ask_state(run, uuid));
  if (state.power == PowerState::absent || state.system_path != disk.path) return {};
  return make_error(Errc::conflict, "disk '{}' is the machine's system disk", disk.path);
}

}  // namespace imprint::workflows

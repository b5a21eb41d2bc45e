#include "tests/support/fake_hypervisor.h"

#include <algorithm>

namespace imprint::test {
namespace {

std::string_view name_of(FakeHypervisor::Call call) {
  using Call = FakeHypervisor::Call;
  switch (call) {
    case Call::info:
      return "info";
    case Call::define:
      return "define";
    case Call::undefine:
      return "undefine";
    case Call::start:
      return "start";
    case Call::stop:
      return "stop";
    case Call::swap:
      return "swap_system_disk";
    case Call::state:
      return "state";
    case Call::list:
      return "list";
    case Call::console_tail:
      return "console_tail";
    case Call::ping_agent:
      return "ping_agent";
  }
  return "unknown";
}

bool same_disk(const Disk& left, const Disk& right) {
  return left.path == right.path && left.format == right.format && left.serial == right.serial &&
         left.base_path == right.base_path;
}

/// All that a swap must leave as it is.
bool same_apart_from_system(const Machine& left, const Machine& right) {
  return left.instance == right.instance && left.uuid == right.uuid && left.cpus == right.cpus &&
         left.memory == right.memory && left.network == right.network && left.mac == right.mac &&
         left.console_log == right.console_log &&
         std::ranges::equal(left.data_disks, right.data_disks, same_disk);
}

bool same_system(const Machine& left, const Machine& right) {
  return same_disk(left.system, right.system) && same_disk(left.seed, right.seed) &&
         left.firmware == right.firmware;
}

bool has_qemu(PowerState power) {
  return power != PowerState::stopped;
}

}  // namespace

void FakeHypervisor::fail_next(Call call, Error error) {
  const std::lock_guard lock{mutex_};
  faults_.push_back({call, std::move(error)});
}

void FakeHypervisor::lose_answer(Call call) {
  const std::lock_guard lock{mutex_};
  faults_.push_back({call, std::nullopt});
}

void FakeHypervisor::disconnect() {
  const std::lock_guard lock{mutex_};
  connected_ = false;
}

void FakeHypervisor::reconnect() {
  const std::lock_guard lock{mutex_};
  connected_ = true;
}

void FakeHypervisor::set_guest(const std::string& fragment, Guest guest) {
  const std::lock_guard lock{mutex_};
  guests_.emplace_back(fragment, std::move(guest));
}

void FakeHypervisor::panic(const std::string& uuid) {
  {
    const std::lock_guard lock{mutex_};
    const auto found = machines_.find(uuid);
    if (found == machines_.end() || !has_qemu(found->second.power)) return;
    found->second.console += Guest::panics().console;
    change(found->second, PowerState::crashed, "panicked");
  }
  tell();
}

void FakeHypervisor::power_off(const std::string& uuid) {
  {
    const std::lock_guard lock{mutex_};
    const auto found = machines_.find(uuid);
    if (found == machines_.end()) return;
    change(found->second, PowerState::stopped, "shutdown");
  }
  tell();
}

void FakeHypervisor::set_console(const std::string& uuid, const std::string& text) {
  const std::lock_guard lock{mutex_};
  if (const auto found = machines_.find(uuid); found != machines_.end())
    found->second.console = text;
}

void FakeHypervisor::add_foreign(const std::string& uuid, const std::string& name) {
  const std::lock_guard lock{mutex_};
  const Machine machine{
      InstanceId::generate(), uuid, name, 1, 1, Firmware::bios, {}, {}, {}, {}, {}, {}, 0};
  machines_.insert_or_assign(uuid, Entry{.machine = machine, .ours = false});
}

std::optional<Machine> FakeHypervisor::machine(const std::string& uuid) {
  const std::lock_guard lock{mutex_};
  const auto found = machines_.find(uuid);
  if (found == machines_.end()) return std::nullopt;
  return found->second.machine;
}

int FakeHypervisor::starts(const std::string& uuid) {
  const std::lock_guard lock{mutex_};
  const auto found = machines_.find(uuid);
  return found == machines_.end() ? 0 : found->second.starts;
}

std::vector<std::string> FakeHypervisor::calls() {
  const std::lock_guard lock{mutex_};
  return calls_;
}

template <class T, class Effect>
Result<T> FakeHypervisor::perform(Call call, const std::string& uuid, Effect effect) {
  std::optional<Result<T>> answer;
  {
    const std::lock_guard lock{mutex_};
    calls_.push_back(uuid.empty() ? std::string{name_of(call)}
                                  : fmt::format("{} {}", name_of(call), uuid));
    if (!connected_) return make_error(Errc::unavailable, "hypervisor: no connection");
    const std::optional<Fault> fault = take_fault(call);
    if (fault && fault->error) return *fault->error;
    answer.emplace(effect());
    if (fault) answer.emplace(make_error(Errc::unavailable, "hypervisor: the answer was lost"));
  }
  tell();
  return std::move(*answer);
}

std::optional<FakeHypervisor::Fault> FakeHypervisor::take_fault(Call call) {
  const auto found = std::ranges::find(faults_, call, &Fault::call);
  if (found == faults_.end()) return std::nullopt;
  Fault fault = std::move(*found);
  faults_.erase(found);
  return fault;
}

Result<FakeHypervisor::Entry*> FakeHypervisor::find(const std::string& uuid) {
  const auto found = machines_.find(uuid);
  if (found == machines_.end()) return make_error(Errc::not_found, "machine '{}': no such", uuid);
  if (!found->second.ours)
    return make_error(Errc::denied, "machine '{}' does not carry our mark", uuid);
  return &found->second;
}

Guest FakeHypervisor::guest_of(const Disk& disk) const {
  for (auto told = guests_.rbegin(); told != guests_.rend(); ++told)
    if (disk.path.find(told->first) != std::string::npos ||
        disk.base_path.value_or("").find(told->first) != std::string::npos)
      return told->second;
  return Guest::boots();
}

void FakeHypervisor::change(Entry& entry, PowerState power, const std::string& reason) {
  entry.power = power;
  entry.reason = reason;
  untold_.push_back({entry.machine.uuid, power, reason});
}

void FakeHypervisor::tell() {
  std::vector<MachineEvent> events;
  Listener listener;
  {
    const std::lock_guard lock{mutex_};
    events.swap(untold_);
    listener = listener_;
  }
  if (!listener) return;
  for (const MachineEvent& event : events) listener(event);
}

Result<HypervisorInfo> FakeHypervisor::info() {
  return perform<HypervisorInfo>(Call::info, "", []() -> Result<HypervisorInfo> {
    return HypervisorInfo{"fake 1", "tcg", "a fake runs no guest kernel"};
  });
}

Result<> FakeHypervisor::define(const Machine& machine) {
  return perform<void>(Call::define, machine.uuid, [&] { return define_locked(machine); });
}

Result<> FakeHypervisor::define_locked(const Machine& machine) {
  if (machine.cpus < 1 || machine.memory == 0 || !machine.system.path.starts_with('/'))
    return make_error(Errc::invalid, "machine '{}': no processor, memory or system disk",
                      machine.instance.str());
  for (auto& [uuid, entry] : machines_) {
    const bool same_name = entry.machine.instance == machine.instance ||
                           (!entry.ours && entry.machine.name == machine.instance.str());
    if (uuid != machine.uuid && !same_name) continue;
    if (!entry.ours)
      return make_error(Errc::conflict, "machine '{}' exists without our mark", entry.machine.name);
    if (uuid != machine.uuid || !same_apart_from_system(entry.machine, machine) ||
        !same_system(entry.machine, machine))
      return make_error(Errc::conflict, "machine '{}' is defined differently",
                        machine.instance.str());
    return {};
  }
  machines_.emplace(machine.uuid, Entry{.machine = machine});
  return {};
}

Result<> FakeHypervisor::undefine(const std::string& uuid) {
  return perform<void>(Call::undefine, uuid, [&]() -> Result<> {
    if (!machines_.contains(uuid)) return {};
    const Entry& entry = *TRY(find(uuid));
    if (has_qemu(entry.power)) return make_error(Errc::conflict, "machine '{}' runs", uuid);
    machines_.erase(uuid);
    return {};
  });
}

Result<> FakeHypervisor::start(const std::string& uuid) {
  return perform<void>(Call::start, uuid, [&] { return start_locked(uuid); });
}

Result<> FakeHypervisor::start_locked(const std::string& uuid) {
  Entry& entry = *TRY(find(uuid));
  if (entry.power == PowerState::running) return {};
  entry.guest = guest_of(entry.machine.system);
  entry.running_system = entry.machine.system.path;
  entry.console = entry.guest.console;
  ++entry.starts;
  change(entry, PowerState::running, "booted");
  if (entry.guest.becomes == PowerState::crashed) change(entry, PowerState::crashed, "panicked");
  return {};
}

Result<StopOutcome> FakeHypervisor::stop(const std::string& uuid, std::chrono::seconds grace) {
  return perform<StopOutcome>(Call::stop, uuid, [&] { return stop_locked(uuid, grace); });
}

Result<StopOutcome> FakeHypervisor::stop_locked(const std::string& uuid,
                                                std::chrono::seconds grace) {
  Entry& entry = *TRY(find(uuid));
  if (!has_qemu(entry.power)) return StopOutcome::was_stopped;
  const bool graceful =
      grace.count() > 0 && entry.power == PowerState::running && entry.guest.honours_shutdown;
  change(entry, PowerState::stopped, graceful ? "shutdown" : "destroyed");
  return graceful ? StopOutcome::graceful : StopOutcome::forced;
}

Result<> FakeHypervisor::swap_system_disk(const Machine& machine,
                                          const std::string& expected_system) {
  return perform<void>(Call::swap, machine.uuid,
                       [&] { return swap_locked(machine, expected_system); });
}

Result<> FakeHypervisor::swap_locked(const Machine& machine, const std::string& expected_system) {
  Entry& entry = *TRY(find(machine.uuid));
  if (has_qemu(entry.power)) return make_error(Errc::conflict, "machine '{}' runs", machine.uuid);
  if (!same_apart_from_system(entry.machine, machine))
    return make_error(Errc::conflict, "machine '{}': more than the system disk would change",
                      machine.uuid);
  if (!same_system(entry.machine, machine) && entry.machine.system.path != expected_system)
    return make_error(Errc::conflict, "machine '{}': its system disk is '{}', not '{}'",
                      machine.uuid, entry.machine.system.path, expected_system);
  entry.machine = machine;
  return {};
}

Result<MachineState> FakeHypervisor::state(const std::string& uuid) {
  return perform<MachineState>(Call::state, uuid, [&]() -> Result<MachineState> {
    if (!machines_.contains(uuid)) return MachineState{PowerState::absent, "", ""};
    const Entry& entry = *TRY(find(uuid));
    return MachineState{entry.power, entry.reason,
                        has_qemu(entry.power) ? entry.running_system : entry.machine.system.path};
  });
}

Result<std::vector<Hypervisor::Listed>> FakeHypervisor::list() {
  return perform<std::vector<Listed>>(Call::list, "", [&]() -> Result<std::vector<Listed>> {
    std::vector<Listed> listed;
    for (const auto& [uuid, entry] : machines_)
      if (entry.ours) listed.push_back({uuid, entry.machine.instance.str(), entry.power});
    return listed;
  });
}

Result<std::string> FakeHypervisor::console_tail(const std::string& uuid, std::size_t bytes) {
  return perform<std::string>(Call::console_tail, uuid, [&]() -> Result<std::string> {
    const std::string& text = TRY(find(uuid))->console;
    return text.substr(text.size() - std::min(bytes, text.size()));
  });
}

Result<> FakeHypervisor::ping_agent(const std::string& uuid, std::chrono::seconds) {
  return perform<void>(Call::ping_agent, uuid, [&]() -> Result<> {
    const Entry& entry = *TRY(find(uuid));
    if (entry.power == PowerState::running && entry.guest.agent) return {};
    return make_error(Errc::unavailable, "machine '{}': the guest agent does not answer", uuid);
  });
}

void FakeHypervisor::listen(Listener listener) {
  const std::lock_guard lock{mutex_};
  listener_ = std::move(listener);
}

}  // namespace imprint::test

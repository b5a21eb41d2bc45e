#include "plugins/libvirt/stopping.h"

#include <thread>

#include "plugins/libvirt/domains.h"
#include "plugins/libvirt/error.h"

namespace imprint::libvirt {
namespace {

using Time = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto ask_again_after =
    5s;  ///< a guest that was still booting has not heard the first request
constexpr auto look_again_after = 200ms;
constexpr int agent_patience_seconds = 3;

Result<Power> power_now(Connections& connections, const std::string& uuid) {
  Lease lease = TRY(connections.fast().lease());
  const Domain domain = TRY(find_ours(lease, uuid));
  return read_power(lease, domain);
}

/// By the guest agent where one is connected, otherwise by the power button. A refusal is no error:
/// the guest may be in no state to hear, and force follows; a broken link shows at the next look.
Result<> ask_to_shut_down(Connections& connections, const std::string& uuid) {
  Lease lease = TRY(connections.slow().lease());
  const Domain domain = TRY(find_ours(lease, uuid));
  virDomainAgentSetResponseTimeout(domain.get(), agent_patience_seconds, 0);
  if (virDomainShutdownFlags(domain.get(), VIR_DOMAIN_SHUTDOWN_DEFAULT) < 0)
    (void)lease.failed("cannot ask the guest to shut down");
  return {};
}

/// True when the guest went down by itself.
Result<bool> shut_down(Connections& connections, const std::string& uuid,
                       std::chrono::seconds grace) {
  const auto deadline = Time::now() + grace;
  auto next_request = Time::now();
  while (Time::now() < deadline) {
    const Power power = TRY(power_now(connections, uuid));
    if (power.state == PowerState::stopped) return true;
    if (power.state != PowerState::running) return false;
    if (Time::now() >= next_request) {
      TRY(ask_to_shut_down(connections, uuid));
      next_request = Time::now() + ask_again_after;
    }
    std::this_thread::sleep_for(look_again_after);
  }
  return TRY(power_now(connections, uuid)).state == PowerState::stopped;
}

}  // namespace

Result<> end_by_force(Connections& connections, const std::string& uuid) {
  {
    Lease lease = TRY(connections.jobs().lease());
    const Domain domain = TRY(find_ours(lease, uuid));
    // Plain destroy sends SIGTERM, on which QEMU flushes its disks, and SIGKILL ten seconds later.
    // QEMU is gone after about 200 ms, under TCG too; libvirt looks every 200 ms whether its
    // process is there, and a zombie is, so the host's first process must reap quickly.
    if (virDomainDestroyFlags(domain.get(), VIR_DOMAIN_DESTROY_DEFAULT) < 0 &&
        !last_error_is(VIR_ERR_OPERATION_INVALID))
      return lease.failed(fmt::format("machine '{}': cannot be ended", uuid));
  }
  const Power power = TRY(power_now(connections, uuid));
  if (power.state != PowerState::stopped)
    return make_error(Errc::unavailable, "machine '{}': is still {} after it was ended", uuid,
                      to_string(power.state));
  return {};
}

Result<StopOutcome> stop_machine(Connections& connections, const std::string& uuid,
                                 std::chrono::seconds grace) {
  const Power power = TRY(power_now(connections, uuid));
  if (power.state == PowerState::stopped) return StopOutcome::was_stopped;
  if (power.state == PowerState::running && TRY(shut_down(connections, uuid, grace)))
    return StopOutcome::graceful;
  TRY(end_by_force(connections, uuid));
  return StopOutcome::forced;
}

}  // namespace imprint::libvirt

#include "plugins/libvirt/power_state.h"

#include <libvirt/libvirt.h>

namespace imprint::libvirt {
namespace {

std::string shutoff_reason(int reason) {
  switch (reason) {
    case VIR_DOMAIN_SHUTOFF_SHUTDOWN:
      return "shutdown";
    case VIR_DOMAIN_SHUTOFF_DESTROYED:
      return "destroyed";
    case VIR_DOMAIN_SHUTOFF_CRASHED:
      return "crashed";
    case VIR_DOMAIN_SHUTOFF_SAVED:
      return "saved";
    case VIR_DOMAIN_SHUTOFF_FAILED:
      return "failed to start";
    case VIR_DOMAIN_SHUTOFF_DAEMON:
      return "ended by libvirt";
    default:
      return "";
  }
}

Power paused_power(int reason) {
  switch (reason) {
    case VIR_DOMAIN_PAUSED_CRASHED:
      return {PowerState::crashed, "panicked"};
    case VIR_DOMAIN_PAUSED_USER:
      return {PowerState::paused, "user"};
    case VIR_DOMAIN_PAUSED_IOERROR:
      return {PowerState::paused, "I/O error"};
    case VIR_DOMAIN_PAUSED_WATCHDOG:
      return {PowerState::paused, "watchdog"};
    case VIR_DOMAIN_PAUSED_SHUTTING_DOWN:
      return {PowerState::running, "shutting down"};
    case VIR_DOMAIN_PAUSED_STARTING_UP:
      return {PowerState::running, "starting up"};
    default:
      return {PowerState::paused, ""};
  }
}

std::string stopped_reason(int detail) {
  switch (detail) {
    case VIR_DOMAIN_EVENT_STOPPED_SHUTDOWN:
      return "shutdown";
    case VIR_DOMAIN_EVENT_STOPPED_DESTROYED:
      return "destroyed";
    case VIR_DOMAIN_EVENT_STOPPED_CRASHED:
      return "crashed";
    case VIR_DOMAIN_EVENT_STOPPED_SAVED:
      return "saved";
    case VIR_DOMAIN_EVENT_STOPPED_FAILED:
      return "failed to start";
    default:
      return "";
  }
}

}  // namespace

Power power_of(int state, int reason) {
  switch (state) {
    case VIR_DOMAIN_RUNNING:
    case VIR_DOMAIN_BLOCKED:
      return {PowerState::running, ""};
    case VIR_DOMAIN_SHUTDOWN:
      return {PowerState::running, "shutting down"};
    case VIR_DOMAIN_PAUSED:
      return paused_power(reason);
    case VIR_DOMAIN_PMSUSPENDED:
      return {PowerState::paused, "suspended by the guest"};
    case VIR_DOMAIN_SHUTOFF:
      return {PowerState::stopped, shutoff_reason(reason)};
    case VIR_DOMAIN_CRASHED:
      return {PowerState::crashed, reason == VIR_DOMAIN_CRASHED_PANICKED ? "panicked" : ""};
    default:
      return {PowerState::unknown, ""};
  }
}

Power power_of_event(int event, int detail) {
  switch (event) {
    case VIR_DOMAIN_EVENT_STARTED:
      return {PowerState::running, "booted"};
    case VIR_DOMAIN_EVENT_RESUMED:
      return {PowerState::running, "resumed"};
    case VIR_DOMAIN_EVENT_SHUTDOWN:
      return {PowerState::running, "shutting down"};
    case VIR_DOMAIN_EVENT_SUSPENDED:
      return {PowerState::paused, detail == VIR_DOMAIN_EVENT_SUSPENDED_IOERROR ? "I/O error" : ""};
    case VIR_DOMAIN_EVENT_PMSUSPENDED:
      return {PowerState::paused, "suspended by the guest"};
    case VIR_DOMAIN_EVENT_STOPPED:
      return {PowerState::stopped, stopped_reason(detail)};
    case VIR_DOMAIN_EVENT_CRASHED:
      return {PowerState::crashed, "panicked"};
    default:
      return {PowerState::unknown, ""};
  }
}

}  // namespace imprint::libvirt

#include "plugins/libvirt/events.h"

#include <array>

#include "plugins/libvirt/power_state.h"

namespace imprint::libvirt {
namespace {

EventSink& sink_of(void* opaque) {
  return **static_cast<std::shared_ptr<EventSink>*>(opaque);
}

std::string uuid_of(virDomainPtr domain) {
  std::array<char, VIR_UUID_STRING_BUFLEN> text{};
  return virDomainGetUUIDString(domain, text.data()) < 0 ? "" : text.data();
}

}  // namespace

void EventSink::listen(Hypervisor::Listener listener) {
  *listener_.lock() = std::move(listener);
}

void EventSink::tell(const MachineEvent& event) {
  auto listener = listener_.lock();
  if (*listener) (*listener)(event);
}

void EventSink::register_with(Session& session) {
  register_one(session, VIR_DOMAIN_EVENT_ID_LIFECYCLE, VIR_DOMAIN_EVENT_CALLBACK(on_lifecycle));
  register_one(session, VIR_DOMAIN_EVENT_ID_REBOOT, VIR_DOMAIN_EVENT_CALLBACK(on_reboot));
}

void EventSink::register_one(Session& session, int id,
                             virConnectDomainEventGenericCallback callback) {
  auto* holder = new std::shared_ptr<EventSink>{shared_from_this()};
  const int registered =
      virConnectDomainEventRegisterAny(session.get(), nullptr, id, callback, holder, free_sink);
  if (registered < 0)
    delete holder;
  else
    session.adopt_event(registered);
}

int EventSink::on_lifecycle(virConnectPtr, virDomainPtr domain, int event, int detail, void* sink) {
  const Power power = power_of_event(event, detail);
  if (power.state != PowerState::unknown)
    sink_of(sink).tell({uuid_of(domain), power.state, power.reason});
  return 0;
}

void EventSink::on_reboot(virConnectPtr, virDomainPtr domain, void* sink) {
  sink_of(sink).tell({uuid_of(domain), PowerState::running, "rebooted"});
}

void EventSink::free_sink(void* sink) {
  delete static_cast<std::shared_ptr<EventSink>*>(sink);
}

}  // namespace imprint::libvirt

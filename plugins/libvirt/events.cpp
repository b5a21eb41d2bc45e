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
  const bool lifecycle =
      register_one(session, VIR_DOMAIN_EVENT_ID_LIFECYCLE, VIR_DOMAIN_EVENT_CALLBACK(on_lifecycle));
  const bool metadata = register_one(session, VIR_DOMAIN_EVENT_ID_METADATA_CHANGE,
                                     VIR_DOMAIN_EVENT_CALLBACK(on_metadata));
  register_one(session, VIR_DOMAIN_EVENT_ID_REBOOT, VIR_DOMAIN_EVENT_CALLBACK(on_reboot));
  marks_->begin(lifecycle && metadata);
}

bool EventSink::register_one(Session& session, int id,
                             virConnectDomainEventGenericCallback callback) {
  auto* holder = new std::shared_ptr<EventSink>{shared_from_this()};
  const int registered =
      virConnectDomainEventRegisterAny(session.get(), nullptr, id, callback, holder, free_sink);
  if (registered < 0)
    delete holder;
  else
    session.adopt_event(registered);
  return registered >= 0;
}

int EventSink::on_lifecycle(virConnectPtr, virDomainPtr domain, int event, int detail, void* sink) {
  if (event == VIR_DOMAIN_EVENT_DEFINED || event == VIR_DOMAIN_EVENT_UNDEFINED)
    sink_of(sink).marks_->forget(uuid_of(domain));
  const Power power = power_of_event(event, detail);
  if (power.state != PowerState::unknown)
    sink_of(sink).tell({uuid_of(domain), power.state, power.reason});
  return 0;
}

void EventSink::on_reboot(virConnectPtr, virDomainPtr domain, void* sink) {
  sink_of(sink).tell({uuid_of(domain), PowerState::running, "rebooted"});
}

void EventSink::on_metadata(virConnectPtr, virDomainPtr domain, int, const char*, void* sink) {
  sink_of(sink).marks_->forget(uuid_of(domain));
}

void EventSink::free_sink(void* sink) {
  delete static_cast<std::shared_ptr<EventSink>*>(sink);
}

}  // namespace imprint::libvirt

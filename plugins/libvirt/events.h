#pragma once

#include <libvirt/libvirt.h>

#include <memory>

#include "agent/base/sync.h"
#include "agent/ports/hypervisor.h"
#include "plugins/libvirt/session.h"

namespace imprint::libvirt {

/// Passes libvirt's events on to the one listener. libvirt's callbacks hold it too, for they may
/// come late; after listen({}) has returned, no call to the earlier listener is running or will
/// come. Thread-safe.
class EventSink : public std::enable_shared_from_this<EventSink> {
 public:
  void listen(Hypervisor::Listener listener);
  void tell(const MachineEvent& event);
  /// Asks for lifecycle and reboot events of all machines. A driver without events is passed over.
  void register_with(Session& session);

 private:
  static int on_lifecycle(virConnectPtr, virDomainPtr domain, int event, int detail, void* sink);
  static void on_reboot(virConnectPtr, virDomainPtr domain, void* sink);
  static void free_sink(void* sink);
  void register_one(Session& session, int id, virConnectDomainEventGenericCallback callback);

  Sync<Hypervisor::Listener> listener_;
};

}  // namespace imprint::libvirt

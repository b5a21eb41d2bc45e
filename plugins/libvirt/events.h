#pragma once

#include <libvirt/libvirt.h>

#include <memory>

#include "agent/base/sync.h"
#include "agent/ports/hypervisor.h"
#include "plugins/libvirt/marks.h"
#include "plugins/libvirt/session.h"

namespace imprint::libvirt {

/// Passes libvirt's events on to the one listener, and tells the marks of changed definitions.
/// libvirt's callbacks hold it too, for they may come late; after listen({}) has returned, no call
/// to the earlier listener is running or will come. Thread-safe.
class EventSink : public std::enable_shared_from_this<EventSink> {
 public:
  explicit EventSink(std::shared_ptr<Marks> marks) : marks_{std::move(marks)} {}
  void listen(Hypervisor::Listener listener);
  void tell(const MachineEvent& event);
  /// Asks for the events of all machines on a new connection. A driver without events is passed
  /// over.
  void register_with(Session& session);

 private:
  static int on_lifecycle(virConnectPtr, virDomainPtr domain, int event, int detail, void* sink);
  static void on_reboot(virConnectPtr, virDomainPtr domain, void* sink);
  static void on_metadata(virConnectPtr, virDomainPtr domain, int, const char*, void* sink);
  static void free_sink(void* sink);
  /// Whether the driver has such events.
  bool register_one(Session& session, int id, virConnectDomainEventGenericCallback callback);

  std::shared_ptr<Marks> marks_;
  Sync<Hypervisor::Listener> listener_;
};

}  // namespace imprint::libvirt

#include "plugins/libvirt/session.h"

#include <utility>

namespace imprint::libvirt {
namespace {

using OnClose = std::function<void()>;

void closed(virConnectPtr, int, void* on_close) {
  (*static_cast<OnClose*>(on_close))();
}

void forget(void* on_close) {
  delete static_cast<OnClose*>(on_close);
}

}  // namespace

Session::Session(ConnectionHandle connection, OnClose on_close)
    : connection_{std::move(connection)} {
  auto* kept = new OnClose{std::move(on_close)};
  // Drivers inside the process cannot be closed from the other side and refuse the callback.
  tells_close_ = virConnectRegisterCloseCallback(connection_.get(), closed, kept, forget) == 0;
  if (!tells_close_) delete kept;
}

Session::~Session() {
  for (const int callback : events_)
    virConnectDomainEventDeregisterAny(connection_.get(), callback);
  if (tells_close_) virConnectUnregisterCloseCallback(connection_.get(), closed);
}

}  // namespace imprint::libvirt

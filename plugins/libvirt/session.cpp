#include "plugins/libvirt/session.h"

#include <utility>

namespace imprint::libvirt {

Session::Session(ConnectionHandle connection, std::function<void()> on_close)
    : connection_{std::move(connection)}, hook_{new Hook{std::move(on_close), hook_freed_}} {
  if (virConnectRegisterCloseCallback(connection_.get(), closed, hook_, free_hook) == 0) return;
  delete hook_;
  hook_ = nullptr;
}

Session::~Session() {
  for (const int callback : events_)
    virConnectDomainEventDeregisterAny(connection_.get(), callback);
  if (hook_ == nullptr) return;
  // When this fails, libvirt still holds the hook and frees it with the connection.
  const bool taken_back = virConnectUnregisterCloseCallback(connection_.get(), closed) == 0;
  if (taken_back && !*hook_freed_) delete hook_;
}

void Session::closed(virConnectPtr, int, void* hook) {
  static_cast<Hook*>(hook)->on_close();
}

void Session::free_hook(void* hook) {
  const std::unique_ptr<Hook> owned{static_cast<Hook*>(hook)};
  *owned->freed = true;
}

}  // namespace imprint::libvirt

#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

#include "plugins/libvirt/handles.h"

namespace imprint::libvirt {

/// An open connection with the callbacks registered on it. libvirt frees nothing while a callback
/// stays registered, so the end of the session takes them back before it closes, on a dead
/// connection as well.
class Session {
 public:
  /// `on_close` is called on the event loop's thread when the connection dies, perhaps never, and
  /// must not block.
  Session(ConnectionHandle connection, std::function<void()> on_close);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  [[nodiscard]] virConnectPtr get() const noexcept { return connection_.get(); }
  /// Takes over an event callback, by the id that libvirt gave it.
  void adopt_event(int callback) { events_.push_back(callback); }

 private:
  /// What libvirt's close callback holds. Drivers without such a callback accept it and never free
  /// it.
  struct Hook {
    std::function<void()> on_close;
    std::shared_ptr<std::atomic<bool>> freed;
  };
  static void closed(virConnectPtr, int reason, void* hook);
  static void free_hook(void* hook);

  ConnectionHandle connection_;
  std::shared_ptr<std::atomic<bool>> hook_freed_ = std::make_shared<std::atomic<bool>>(false);
  Hook* hook_ = nullptr;  ///< null if the driver refused it
  std::vector<int> events_;
};

}  // namespace imprint::libvirt

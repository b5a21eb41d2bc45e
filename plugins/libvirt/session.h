#pragma once

#include <functional>
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
  ConnectionHandle connection_;
  bool tells_close_ = false;
  std::vector<int> events_;
};

}  // namespace imprint::libvirt

#pragma once

#include <memory>

#include "agent/api/auth.h"
#include "agent/api/listener.h"
#include "agent/ports/service.h"

namespace imprint::api {

/// Serves a Service over HTTP on a Unix socket: a thread a connection, at most 64 of them; a
/// connection that is silent for 60 s is closed, a head larger than 32 KiB or a body larger than 1
/// MiB is refused.
class Server {
 public:
  /// Serves from now on. `service` must outlive the server. Errc::unavailable: the threads could
  /// not be started.
  static Result<std::unique_ptr<Server>> start(Listener listener, Access access, Service& service);

  /// Takes no more connections, lets running requests end (long polls within half a second),
  /// removes the socket file.
  virtual ~Server() = default;

 protected:
  Server() = default;
};

}  // namespace imprint::api

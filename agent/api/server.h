#pragma once

#include <memory>

#include "agent/api/auth.h"
#include "agent/api/connections.h"
#include "agent/api/listener.h"
#include "agent/ports/service.h"

namespace imprint::api {

/// What callers together may take of the agent.
struct ServerLimits {
  unsigned connections = 512;  ///< and at most half of the process's descriptors; one user's share
                               ///< is three quarters
  std::size_t workers = 8;     ///< requests that are answered at once
  std::size_t waiting = 512;   ///< requests that wait for that; a quarter of them of one caller
  std::size_t watchers = 32;   ///< long polls; more are answered at once
  std::size_t body_bytes = std::size_t{64} << 20;  ///< of all requests together
  Patience patience{};
};

/// Serves a Service over HTTP on a Unix socket. One thread moves all bytes, a few answer: a slow or
/// dead client holds a descriptor and 32 KiB for as long as its patience lasts, and no thread. A
/// head larger than 32 KiB or a body larger than 1 MiB is refused; what is too much at once is
/// answered 503, or 429 if it is the caller's own, with Retry-After.
class Server {
 public:
  /// Serves from now on. `service` must outlive the server. Errc::unavailable: the threads could
  /// not be started.
  static Result<std::unique_ptr<Server>> start(Listener listener, Access access, Service& service,
                                               const ServerLimits& limits = {});

  /// Takes no more connections, lets running requests end (long polls within half a second),
  /// removes the socket file.
  virtual ~Server() = default;

 protected:
  Server() = default;
};

}  // namespace imprint::api

#pragma once

#include <functional>
#include <memory>
#include <semaphore>
#include <string_view>

#include "agent/base/result.h"
#include "agent/base/sync.h"
#include "plugins/libvirt/session.h"

namespace imprint::libvirt {

class Link;

/// The right to make calls on a link's connection, one at a time. Given back by destruction, on any
/// thread.
class Lease {
 public:
  Lease(Link& link, std::shared_ptr<Session> session);
  Lease(Lease&& other) noexcept;
  Lease& operator=(Lease&&) = delete;
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;
  ~Lease();

  [[nodiscard]] virConnectPtr connection() const noexcept { return session_->get(); }

  /// The error of a libvirt call that just failed on this thread, with "WHAT: " before it. If the
  /// link broke, the connection is given up, and what the call did is unknown (Errc::unavailable).
  Error failed(std::string_view what);

 private:
  Link* link_;
  std::shared_ptr<Session>
      session_;  ///< shared with the link: it may give the session up during the call
};

/// One connection that may break and be replaced, and at most four calls on it at once: the daemon
/// reads no more than five requests of a client, so further ones would also hold back the answers
/// to its keepalive. Thread-safe.
class Link {
 public:
  /// `on_broken` is called, on any thread, when a call finds the connection broken; it must not
  /// block.
  explicit Link(std::function<void()> on_broken) : on_broken_{std::move(on_broken)} {}

  /// Errc::unavailable: there is no connection (with the reason), or all places stayed taken.
  Result<Lease> lease();

  void install(std::shared_ptr<Session> session);
  void give_up(const Error& why);
  /// Whether it has a connection that is not known to be dead.
  [[nodiscard]] bool is_up();
  /// Gives up the connection if libvirt says that it is dead.
  void check();

 private:
  friend class Lease;
  struct State {
    std::shared_ptr<Session> session;
    Error why_down{Errc::unavailable, "libvirt: not connected yet"};
  };
  static constexpr int places = 4;

  void broken(const std::shared_ptr<Session>& session, const Error& why);

  std::function<void()> on_broken_;
  Sync<State> state_;
  std::counting_semaphore<places> free_places_{places};
};

}  // namespace imprint::libvirt

#pragma once
// Who may do what over the socket: decided here and nowhere else. The caller is who the kernel says
// it was when it connected; nothing in a request can change that.

#include <sys/types.h>

#include <set>
#include <string>
#include <vector>

#include "agent/base/result.h"

namespace imprint::api {

/// Each role may do all that the ones before it may.
enum class Role {
  nobody,     ///< the liveness probes only
  viewer,     ///< reads records and reports
  operator_,  ///< also creates, starts, stops and reimages, and reads consoles, which can hold
              ///< secrets
  admin,      ///< also imports (with the agent's own rights), deletes and releases
};

/// "nobody", "viewer", "operator", "admin".
std::string_view to_string(Role role) noexcept;

struct Members {
  std::set<uid_t> users;
  std::set<gid_t> groups;
};

/// Root and the agent's own user are admins beside those named; whoever is named nowhere is nobody.
struct Access {
  Members viewers;
  Members operators;
  Members admins;
};

/// The other end of a connection.
struct Peer {
  uid_t user = 0;
  gid_t group = 0;
  std::vector<gid_t> groups;  ///< supplementary ones

  [[nodiscard]] std::string name() const;  ///< "uid:1000"
};

/// The peer of a connected Unix socket, as recorded by the kernel at connect. Errc::internal if it
/// is no such socket.
Result<Peer> peer_of(int socket);

/// The highest role that the peer has.
Role role_of(const Access& access, const Peer& peer);

}  // namespace imprint::api

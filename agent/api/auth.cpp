#include "agent/api/auth.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace imprint::api {
namespace {

// Kernels write as many as there are; more than this is refused and the caller counts by his
// primary group alone.
constexpr std::size_t group_limit = 1024;

bool contains(const Members& members, const Peer& peer) {
  const auto named = [&](gid_t group) { return members.groups.contains(group); };
  return members.users.contains(peer.user) || named(peer.group) ||
         std::ranges::any_of(peer.groups, named);
}

}  // namespace

std::string_view to_string(Role role) noexcept {
  switch (role) {
    case Role::nobody:
      return "nobody";
    case Role::viewer:
      return "viewer";
    case Role::operator_:
      return "operator";
    case Role::admin:
      return "admin";
  }
  return "nobody";
}

std::string Peer::name() const {
  return fmt::format("uid:{}", user);
}

Result<Peer> peer_of(int socket) {
  ucred credentials{};
  socklen_t length = sizeof credentials;
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &length) != 0)
    return make_error(Errc::internal, "credentials of the connection: {}",
                      system_error(errno, "getsockopt").message);
  Peer peer{credentials.uid, credentials.gid, std::vector<gid_t>(group_limit)};
  length = static_cast<socklen_t>(peer.groups.size() * sizeof(gid_t));
  const int listed = ::getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, peer.groups.data(), &length);
  peer.groups.resize(listed == 0 ? length / sizeof(gid_t) : 0);
  return peer;
}

Role role_of(const Access& access, const Peer& peer) {
  if (peer.user == 0 || peer.user == ::geteuid() || contains(access.admins, peer))
    return Role::admin;
  if (contains(access.operators, peer)) return Role::operator_;
  if (contains(access.viewers, peer)) return Role::viewer;
  return Role::nobody;
}

}  // namespace imprint::api

#include "agent/api/listener.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace imprint::api {
namespace {

constexpr int backlog = 128;

Result<sockaddr_un> address_of(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string& text = path.native();
  if (text.empty() || text.size() >= sizeof address.sun_path)
    return make_error(Errc::invalid, "socket '{}': the path must have 1 to {} characters", text,
                      sizeof address.sun_path - 1);
  std::memcpy(address.sun_path, text.data(), text.size());
  return address;
}

/// The generic view of an address, as the socket calls want it.
const sockaddr* generic(const sockaddr_un& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

Error failure(const std::filesystem::path& path) {
  return system_error(errno, fmt::format("socket '{}'", path.native()));
}

/// Makes way for a new socket: removes what a dead process left, and refuses whatever else lies
/// there.
Result<> make_way(const std::filesystem::path& path, const sockaddr_un& address) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0) {
    if (errno == ENOENT) return {};
    return failure(path);
  }
  if (!S_ISSOCK(info.st_mode))
    return make_error(Errc::conflict, "socket '{}': a file that is no socket lies there",
                      path.native());
  const Fd probe{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  if (!probe.valid()) return failure(path);
  const bool answered = ::connect(probe.get(), generic(address), sizeof address) == 0;
  // EAGAIN: somebody listens whose backlog is full.
  if (answered || errno == EAGAIN)
    return make_error(Errc::conflict, "socket '{}' is busy: another program listens on it",
                      path.native());
  if (errno != ECONNREFUSED) return failure(path);
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return failure(path);
  return {};
}

Result<> set_access(const SocketPlace& place) {
  const gid_t group = place.group.value_or(static_cast<gid_t>(-1));
  if (::chown(place.path.c_str(), static_cast<uid_t>(-1), group) != 0) return failure(place.path);
  if (::chmod(place.path.c_str(), place.mode) != 0) return failure(place.path);
  return {};
}

}  // namespace

Result<Listener> Listener::open(const SocketPlace& place) {
  const int passed = ::sd_listen_fds(1);
  if (passed < 0) return system_error(-passed, "sockets passed by systemd");
  if (passed == 0) return bind(place);
  Fd fd{SD_LISTEN_FDS_START};
  if (passed > 1 || ::sd_is_socket_unix(fd.get(), SOCK_STREAM, 1, nullptr, 0) <= 0)
    return make_error(Errc::invalid,
                      "systemd must pass one listening Unix stream socket, passed {}", passed);
  return Listener{std::move(fd), {}};
}

Result<Listener> Listener::bind(const SocketPlace& place) {
  const sockaddr_un address = TRY(address_of(place.path));
  TRY(make_way(place.path, address));
  Fd fd{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  if (!fd.valid()) return failure(place.path);
  if (::bind(fd.get(), generic(address), sizeof address) != 0) return failure(place.path);
  Listener listener{std::move(fd), place.path};
  TRY(set_access(place));
  if (::listen(listener.fd_.get(), backlog) != 0) return failure(place.path);
  return listener;
}

Listener::~Listener() {
  if (!path_.empty()) ::unlink(path_.c_str());
}

}  // namespace imprint::api

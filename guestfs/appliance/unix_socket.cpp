#include "guestfs/appliance/unix_socket.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <thread>

namespace imprint::appliance {
namespace {

constexpr std::size_t longest_line = std::size_t{1} << 20;
constexpr std::chrono::milliseconds retry{2};

Result<sockaddr_un> address_of(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string& text = path.native();
  if (text.size() >= sizeof(address.sun_path))
    return make_error(Errc::invalid, "'{}' is too long for a socket", text);
  std::copy(text.begin(), text.end(), address.sun_path);
  return address;
}

Result<Fd> make_socket() {
  Fd fd{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  if (!fd.valid()) return system_error(errno, "socket");
  return fd;
}

/// Waits until the descriptor can be read, or its other side has gone.
Result<> wait_readable(const Fd& fd, Deadline deadline, const Fd* life = nullptr) {
  constexpr std::int64_t longest_wait = 60'000;
  for (;;) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return make_error(Errc::unavailable, "no answer in time");
    std::array<pollfd, 2> wanted{pollfd{fd.get(), POLLIN, 0},
                                 pollfd{life != nullptr ? life->get() : -1, 0, 0}};
    const int ready = ::poll(wanted.data(), wanted.size(),
                             static_cast<int>(std::min<std::int64_t>(left.count(), longest_wait)));
    if (ready < 0 && errno != EINTR) return system_error(errno, "poll");
    if (ready > 0 && wanted[0].revents != 0) return {};
    if (ready > 0) return make_error(Errc::unavailable, "QEMU has ended");
  }
}

/// The bytes that are there; none: the other side has closed.
Result<std::string> read_some(const Fd& fd, Deadline deadline) {
  std::array<char, 65536> buffer;
  for (;;) {
    TRY(wait_readable(fd, deadline));
    const ssize_t count = ::read(fd.get(), buffer.data(), buffer.size());
    if (count >= 0) return std::string{buffer.data(), static_cast<std::size_t>(count)};
    if (errno == ECONNRESET) return std::string{};
    if (errno != EINTR) return system_error(errno, "read");
  }
}

}  // namespace

Result<Listener> Listener::listen(const std::filesystem::path& path) {
  const sockaddr_un address = TRY(address_of(path));
  Fd fd = TRY(make_socket());
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 ||
      ::listen(fd.get(), 1) != 0)
    return system_error(errno, path.string());
  return Listener{path, std::move(fd)};
}

Listener::~Listener() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove(path_, ignored);
}

Result<Fd> Listener::accept(Deadline deadline, const Fd* life) const {
  TRY(wait_readable(fd_, deadline, life));
  Fd connection{::accept4(fd_.get(), nullptr, nullptr, SOCK_CLOEXEC)};
  if (!connection.valid()) return system_error(errno, path_.string());
  return connection;
}

Result<Fd> connect_to(const std::filesystem::path& path, Deadline deadline) {
  const sockaddr_un address = TRY(address_of(path));
  for (;;) {
    Fd fd = TRY(make_socket());
    if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0)
      return fd;
    if (errno != ENOENT && errno != ECONNREFUSED) return system_error(errno, path.string());
    if (std::chrono::steady_clock::now() > deadline)
      return make_error(Errc::unavailable, "nobody listens on '{}'", path.string());
    std::this_thread::sleep_for(retry);
  }
}

Result<std::string> LineStream::read_line(Deadline deadline) {
  for (;;) {
    if (const std::size_t end = pending_.find('\n'); end != std::string::npos) {
      std::string line = pending_.substr(0, end);
      pending_.erase(0, end + 1);
      return line;
    }
    if (pending_.size() > longest_line) return make_error(Errc::exhausted, "an endless line");
    TRY(read_more(deadline));
  }
}

Result<std::string> LineStream::read_bytes(std::size_t count, Deadline deadline) {
  while (pending_.size() < count) TRY(read_more(deadline));
  std::string bytes = pending_.substr(0, count);
  pending_.erase(0, count);
  return bytes;
}

Result<> LineStream::read_more(Deadline deadline) {
  const std::string more = TRY(read_some(fd_, deadline));
  if (more.empty()) return make_error(Errc::unavailable, "the other side has gone");
  pending_ += more;
  return {};
}

Result<> LineStream::write(std::string_view text) {
  return write_all(fd_, text);
}

Result<std::string> read_to_end(const Fd& fd, std::size_t limit, Deadline deadline) {
  std::string all;
  for (;;) {
    const std::string more = TRY(read_some(fd, deadline));
    if (more.empty()) return all;
    all += more;
    if (all.size() > limit) return make_error(Errc::exhausted, "more than {} bytes", limit);
  }
}

Result<> write_all(const Fd& fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::send(fd.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_error(errno, "write");
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

Result<> finish_writing(const Fd& socket) {
  if (::shutdown(socket.get(), SHUT_WR) != 0) return system_error(errno, "shutdown");
  return {};
}

Result<> send_with_descriptor(const Fd& socket, std::string_view text, int descriptor) {
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  iovec content{const_cast<char*>(text.data()), text.size()};
  msghdr message{};
  message.msg_iov = &content;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  std::memcpy(CMSG_DATA(header), &descriptor, sizeof(int));
  const ssize_t sent = ::sendmsg(socket.get(), &message, MSG_NOSIGNAL);
  if (sent < 0) return system_error(errno, "descriptor");
  return write_all(socket, text.substr(static_cast<std::size_t>(sent)));
}

}  // namespace imprint::appliance

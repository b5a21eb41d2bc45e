#pragma once

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>

#include "agent/base/fd.h"

namespace imprint::test {

inline const std::string close_and_end = "Host: x\r\nConnection: close\r\n\r\n";

inline Fd connect_to(const std::filesystem::path& socket) {
  Fd fd{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, socket.c_str(), sizeof address.sun_path - 1);
  EXPECT_EQ(::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  return fd;
}

/// False as soon as the other end has closed.
inline bool send_all(const Fd& fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto count = ::send(fd.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

/// All that comes until the server closes.
inline std::string receive_all(const Fd& fd) {
  std::string answer;
  std::array<char, 65536> buffer{};
  for (;;) {
    const auto count = ::recv(fd.get(), buffer.data(), buffer.size(), 0);
    if (count <= 0) return answer;
    answer.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

/// All that comes back after the bytes.
inline std::string talk_to(const std::filesystem::path& socket, std::string_view bytes) {
  const Fd fd = connect_to(socket);
  send_all(fd, bytes);
  return receive_all(fd);
}

}  // namespace imprint::test

// imprint-appliance-qemu: what libguestfs starts in QEMU's place. libguestfs cannot be told to
// restore a machine, so this asks the process that started libguestfs which machine it wants, puts
// libguestfs's socket into it and becomes QEMU. Asked for anything but a machine (which devices it
// has), it is QEMU.

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "guestfs/appliance/machine.h"

namespace {

using namespace imprint::appliance;

constexpr int failed = 1;

/// The path in "socket,path=...,id=channel0"; empty: there is none.
std::string find_channel(int count, char** arguments) {
  constexpr std::string_view begin = "socket,path=";
  constexpr std::string_view end = ",id=channel0";
  for (int i = 1; i < count; ++i) {
    const std::string_view argument = arguments[i];
    if (argument.starts_with(begin) && argument.ends_with(end))
      return std::string{
          argument.substr(begin.size(), argument.size() - begin.size() - end.size())};
  }
  return {};
}

int connect_to(const char* path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (std::strlen(path) >= sizeof(address.sun_path)) return -1;
  std::strcpy(address.sun_path, path);
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) return -1;
  return fd;
}

/// Everything that the other side sends; the descriptor that comes with it becomes
/// memory_descriptor.
std::string receive(int socket) {
  std::string text;
  std::array<char, 4096> buffer;
  for (;;) {
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    iovec content{buffer.data(), buffer.size()};
    msghdr message{};
    message.msg_iov = &content;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const ssize_t count = ::recvmsg(socket, &message, 0);
    if (count <= 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(count));
    const cmsghdr* header = CMSG_FIRSTHDR(&message);
    if (header == nullptr || header->cmsg_type != SCM_RIGHTS) continue;
    int descriptor = -1;
    std::memcpy(&descriptor, CMSG_DATA(header), sizeof(descriptor));
    if (descriptor == memory_descriptor) continue;
    ::dup2(descriptor, memory_descriptor);
    ::close(descriptor);
  }
}

/// NUL-terminated arguments, with the placeholder replaced.
std::vector<std::string> split(const std::string& text, const std::string& channel) {
  std::vector<std::string> arguments{qemu_program};
  for (std::size_t at = 0; at < text.size();) {
    std::string argument = text.c_str() + at;
    at += argument.size() + 1;
    if (const std::size_t place = argument.find(channel_placeholder); place != std::string::npos)
      argument.replace(place, std::strlen(channel_placeholder), channel);
    arguments.push_back(std::move(argument));
  }
  return arguments;
}

int start_machine(const std::string& channel) {
  const char* folder = std::getenv("TMPDIR");
  if (folder == nullptr) return failed;
  // The socket must not have the number that the memory's descriptor is to have.
  const int connected = connect_to((std::string{folder} + "/" + machine_socket).c_str());
  // It stays open in QEMU, so that the other side sees when QEMU ends.
  const int socket = connected < 0 ? -1 : ::fcntl(connected, F_DUPFD, memory_descriptor + 1);
  if (socket < 0) return failed;
  ::close(connected);
  std::vector<std::string> arguments = split(receive(socket), channel);
  if (arguments.size() < 2) return failed;
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  ::execv(qemu_program, pointers.data());
  std::perror(qemu_program);
  return failed;
}

}  // namespace

int main(int count, char** arguments) {
  const std::string channel = find_channel(count, arguments);
  if (channel.empty()) {
    ::execv(qemu_program, arguments);
    std::perror(qemu_program);
    return failed;
  }
  return start_machine(channel);
}

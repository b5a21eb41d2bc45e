#include <fcntl.h>
#include <sys/mman.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "guestfs/appliance/control_words.h"
#include "guestfs/appliance/init/init.h"

namespace imprint::appliance_init {
namespace {

constexpr std::size_t longest_order = 2 * 4096 + 64;  // a path of PATH_MAX in hexadecimal digits
pid_t guestfsd = -1;

[[noreturn]] void give_up(const char* what) {
  complain(what);
  ::sync();
  ::reboot(RB_POWER_OFF);
  for (;;) ::pause();
}

/// The word after "imprint_key=" on the kernel's command line: the host's name for this state.
const char* state_key() {
  static std::array<char, 128> key;
  const char* given = std::getenv("imprint_key");  // unknown parameters become init's environment
  std::snprintf(key.data(), key.size(), "%s", given != nullptr ? given : "");
  return key.data();
}

/// Starts guestfsd and returns once it waits for its disks.
bool start_guestfsd() {
  const char* port = find_port(channel_port);
  ::mkdir("/dev/virtio-ports", 0755);
  std::array<char, 128> link{};
  std::snprintf(link.data(), link.size(), "/dev/virtio-ports/%s", channel_port);
  if (*port == '\0' || ::symlink(port, link.data()) != 0) return false;
  if (::mkfifo(go_fifo, 0600) != 0 || ::mkfifo(waiting_fifo, 0600) != 0) return false;
  guestfsd = ::fork();
  if (guestfsd < 0) return false;
  if (guestfsd == 0) {
    ::execl("/usr/sbin/guestfsd", "guestfsd", nullptr);
    ::_exit(127);
  }
  const int waiting = ::open(waiting_fifo, O_RDONLY | O_CLOEXEC);  // until the other side opens it
  if (waiting < 0) return false;
  ::close(waiting);
  ::unlink(waiting_fifo);
  return true;
}

/// What was used once and is free again would be saved with the state. Memory is given out as
/// zeros, and pages of zeros are not saved.
void clear_free_memory() {
  constexpr unsigned long kept = 24UL << 20;  // for the kernel, which must not run out meanwhile
  constexpr std::size_t page = 4096;
  struct sysinfo info {};
  if (::sysinfo(&info) != 0 || info.freeram * info.mem_unit <= kept) return;
  const std::size_t size = info.freeram * info.mem_unit - kept;
  void* memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return;
  for (std::size_t at = 0; at < size; at += page) static_cast<volatile char*>(memory)[at] = 0;
  ::munmap(memory, size);
}

/// Whoever waits at the FIFO goes on, and nobody ever waits there again.
void release_guestfsd() {
  const int go = ::open(go_fifo, O_WRONLY | O_CLOEXEC);
  ::unlink(go_fifo);
  if (go >= 0) ::close(go);
}

/// Both also fail where there is nothing to start, so only what then can be seen counts.
void assemble_arrays() {
  static constexpr std::array<const char*, 5> arrays{"/usr/sbin/mdadm", "-As", "--auto=yes",
                                                     "--run", nullptr};
  static constexpr std::array<const char*, 5> volumes{"/usr/sbin/lvm", "vgchange", "-aay",
                                                      "--sysinit", nullptr};
  run_program(arrays.data());
  run_program(volumes.data());
}

/// An order about what is mounted; false if it is none.
bool tell_of_mounted(int port, const char* line) {
  long long offset = 0;
  std::size_t size = 0;
  unsigned count = 0;
  int path = 0;
  if (std::sscanf(line, "many %u", &count) == 1)
    hold_answers(count);
  else if (std::strncmp(line, "look ", 5) == 0)
    tell_look(port, line + 5);
  else if (std::strncmp(line, "names ", 6) == 0)
    tell_folder(port, line + 6, false);
  else if (std::strncmp(line, "folder ", 7) == 0)
    tell_folder(port, line + 7, true);
  else if (std::sscanf(line, "bytes %lld %zu %n", &offset, &size, &path) == 2)
    tell_bytes(port, line + path, offset, size);
  else if (std::strncmp(line, "attributes ", 11) == 0)
    tell_attributes(port, line + 11);
  else if (std::strncmp(line, "extents ", 8) == 0)
    tell_extents(port, line + 8);
  else
    return false;
  return true;
}

/// One order of the host; false if it is none.
bool obey(int port, const char* line) {
  if (tell_of_mounted(port, line)) return true;
  if (std::strncmp(line, "mount ", 6) == 0) {
    mount_volume(port, line + 6);
    return true;
  }
  std::array<char, 80> nonce{};
  unsigned disks = 0;
  if (std::sscanf(line, "go %79s %u", nonce.data(), &disks) == 2) {
    note_traces();
    for (unsigned i = 0; i < disks; ++i)
      if (!attach_disk(i)) return false;
    ::dprintf(port, "here %s %s %u\nfound", state_key(), nonce.data(), disks);
    for (unsigned i = 0; i < disks; ++i) tell_sizes(port, i);
    ::dprintf(port, "\n");
    release_guestfsd();
    return true;
  }
  if (std::sscanf(line, "leave %79s", nonce.data()) == 1) {
    const char* left = leave_disks(guestfsd);
    ::dprintf(port, "%s %s %s%s%s\n", left != nullptr ? "unsound" : "left", state_key(),
              nonce.data(), left != nullptr ? " " : "", left != nullptr ? left : "");
    return true;
  }
  std::array<char, 256> device{};
  if (std::sscanf(line, "probe %255s", device.data()) == 1) {
    tell_signatures(port, device.data());
    return true;
  }
  if (std::strncmp(line, "assemble", 8) != 0) return false;
  assemble_arrays();
  ::dprintf(port, "assembled\n");
  return true;
}

/// libguestfs would wait for an answer for ever, for QEMU keeps the connection: the end of guestfsd
/// is the end of the machine.
void watch_guestfsd(int) {
  if (::waitpid(guestfsd, nullptr, WNOHANG) == guestfsd) ::reboot(RB_POWER_OFF);
}

}  // namespace

int run_udevadm() {
  const int waiting = ::open(waiting_fifo, O_WRONLY | O_CLOEXEC);
  if (waiting >= 0) ::close(waiting);
  // Blocks until init opens the other end; without a FIFO there is nothing to wait for.
  const int go = ::open(go_fifo, O_RDONLY | O_CLOEXEC);
  if (go >= 0) ::close(go);
  return 0;
}

void run_init() {
  ::setenv("PATH", "/usr/sbin:/usr/bin", 1);
  ::setenv("LVM_SYSTEM_DIR", "/etc/lvm", 1);
  ::setenv("DM_DISABLE_UDEV", "1", 1);  // device-mapper makes its nodes itself
  if (!prepare_system()) give_up("system");
  struct sigaction on_child {};
  on_child.sa_handler = watch_guestfsd;
  on_child.sa_flags = SA_RESTART | SA_NOCLDSTOP;
  ::sigaction(SIGCHLD, &on_child, nullptr);
  if (!start_guestfsd()) give_up("guestfsd");
  const int port = ::open(find_port(control_port), O_RDWR | O_CLOEXEC);
  std::FILE* orders = port >= 0 ? ::fdopen(port, "r") : nullptr;
  if (orders == nullptr) give_up("control port");
  clear_free_memory();
  ::dprintf(port, "ready %s\n", state_key());
  static std::array<char, longest_order> line;
  // The host saves the machine while this reads, and a restored machine wakes up here.
  while (std::fgets(line.data(), static_cast<int>(line.size()), orders) != nullptr) {
    if (!obey(port, line.data())) give_up("order");
  }
  give_up("the host has gone");
}

}  // namespace imprint::appliance_init

#include <dirent.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "guestfs/appliance/init/init.h"

namespace imprint::appliance_init {
namespace {

constexpr const char* modules_list = "/modules.list";
constexpr const char* ports_folder = "/sys/class/virtio-ports";

bool mount_virtual(const char* type, const char* folder) {
  ::mkdir(folder, 0755);
  return ::mount(type, folder, type, 0, nullptr) == 0;
}

void load_module(const char* path) {
  const int file = ::open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return complain(path);
  // One that is built in, or that another one brought in already, is there all the same.
  if (::syscall(SYS_finit_module, file, "", 0) != 0 && errno != EEXIST) complain(path);
  ::close(file);
}

bool load_modules() {
  std::FILE* list = std::fopen(modules_list, "re");
  if (list == nullptr) return false;
  std::array<char, 512> line{};
  while (std::fgets(line.data(), static_cast<int>(line.size()), list) != nullptr) {
    line[std::strcspn(line.data(), "\n")] = '\0';
    if (line[0] != '\0') load_module(line.data());
  }
  std::fclose(list);
  return true;
}

}  // namespace

void complain(const char* what) {
  std::fprintf(stderr, "imprint init: %s: %s\n", what, std::strerror(errno));
}

bool prepare_system() {
  const bool mounted = mount_virtual("proc", "/proc") && mount_virtual("sysfs", "/sys") &&
                       mount_virtual("devtmpfs", "/dev");
  const int console = ::open("/dev/console", O_RDWR);
  for (int stream = 0; console >= 0 && stream <= 2; ++stream) ::dup2(console, stream);
  ::symlink("/proc/self/fd", "/dev/fd");
  // guestfsd lists the disks' paths at its start, before there are any.
  ::mkdir("/dev/disk", 0755);
  ::mkdir("/dev/disk/by-path", 0755);
  return mounted && load_modules();
}

bool read_line(const char* path, std::array<char, 128>& text) {
  const int file = ::open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  const ssize_t count = ::read(file, text.data(), text.size() - 1);
  ::close(file);
  if (count < 0) return false;
  text[static_cast<std::size_t>(count)] = '\0';
  text[std::strcspn(text.data(), "\n")] = '\0';
  return true;
}

const char* find_port(std::string_view name) {
  static std::array<char, 300> found;
  found[0] = '\0';
  DIR* folder = ::opendir(ports_folder);
  if (folder == nullptr) return "";
  while (const dirent* entry = ::readdir(folder)) {
    std::array<char, 400> path{};
    std::array<char, 128> text{};
    std::snprintf(path.data(), path.size(), "%s/%s/name", ports_folder, entry->d_name);
    if (entry->d_name[0] == '.' || !read_line(path.data(), text) || text.data() != name) continue;
    std::snprintf(found.data(), found.size(), "/dev/%s", entry->d_name);
  }
  ::closedir(folder);
  return found.data();
}

std::FILE* open_answer(int port) {
  return ::fdopen(::fcntl(port, F_DUPFD_CLOEXEC, 0), "w");
}

bool attach_disk(unsigned target) {
  const int scan = ::open("/sys/class/scsi_host/host0/scan", O_WRONLY | O_CLOEXEC);
  if (scan < 0) return false;
  ::dprintf(scan, "0 %u 0", target);
  ::close(scan);
  // The host gives at most 26 disks, so the names have one letter.
  std::array<char, 16> node{};
  std::snprintf(node.data(), node.size(), "/dev/sd%c", static_cast<char>('a' + target));
  constexpr int patience = 20'000;  // milliseconds: the kernel looks at disks in the background
  for (int i = 0; i < patience; ++i) {
    // Opening waits for the scan of the partitions.
    const int disk = ::open(node.data(), O_RDONLY | O_CLOEXEC);
    if (disk >= 0) {
      ::close(disk);
      return true;
    }
    ::usleep(1000);
  }
  return false;
}

void tell_sizes(int port, unsigned target) {
  std::array<char, 64> disk{};
  std::snprintf(disk.data(), disk.size(), "/sys/block/sd%c", static_cast<char>('a' + target));
  DIR* folder = ::opendir(disk.data());
  if (folder == nullptr) return;
  const char* name = disk.data() + std::strlen("/sys/block/");
  while (const dirent* entry = ::readdir(folder)) {
    // The disk's own size stands beside its partitions' folders.
    const bool own = std::strcmp(entry->d_name, "size") == 0;
    if (!own && std::strncmp(entry->d_name, name, std::strlen(name)) != 0) continue;
    std::array<char, 400> path{};
    std::array<char, 128> size{};
    std::snprintf(path.data(), path.size(), "%s/%s%s", disk.data(), entry->d_name,
                  own ? "" : "/size");
    if (read_line(path.data(), size))
      ::dprintf(port, " %s %s", own ? name : entry->d_name, size.data());
  }
  ::closedir(folder);
}

void run_program(const char* const* arguments) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::execv(arguments[0], const_cast<char* const*>(arguments));
    ::_exit(127);
  }
  int status = 0;
  while (child > 0 && ::waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return;
}

}  // namespace imprint::appliance_init

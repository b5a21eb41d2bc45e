#include <dirent.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "guestfs/appliance/control_words.h"
#include "guestfs/appliance/init/init.h"

namespace imprint::appliance_init {
namespace {

/// What must be the same again when an image has left.
struct Traces {
  int taint = -1;
  int mounts = -1;
  int disks = -1;
};

Traces before;
int kernel_log = -1;  ///< read up to what was said before the first image came

constexpr int graver_than_a_warning = 3;  // KERN_ERR

int read_number(const char* path) {
  std::array<char, 32> text{};
  const int file = ::open(path, O_RDONLY | O_CLOEXEC);
  const ssize_t count = file < 0 ? -1 : ::read(file, text.data(), text.size() - 1);
  if (file >= 0) ::close(file);
  return count > 0 ? std::atoi(text.data()) : -1;
}

/// Calls `visit` with the name of each entry; false if the folder cannot be read.
template <class Visitor>
bool for_each_entry(const char* path, Visitor visit) {
  DIR* folder = ::opendir(path);
  if (folder == nullptr) return false;
  while (const dirent* entry = ::readdir(folder))
    if (entry->d_name[0] != '.') visit(entry->d_name);
  ::closedir(folder);
  return true;
}

int count_mounts() {
  std::FILE* mounts = std::fopen("/proc/self/mounts", "re");
  if (mounts == nullptr) return -1;
  int lines = 0;
  for (int c = std::fgetc(mounts); c != EOF; c = std::fgetc(mounts)) lines += c == '\n' ? 1 : 0;
  std::fclose(mounts);
  return lines;
}

Traces look() {
  Traces traces;
  traces.taint = read_number("/proc/sys/kernel/tainted");
  traces.mounts = count_mounts();
  traces.disks = 0;
  if (!for_each_entry("/sys/block", [&](const char*) { ++traces.disks; })) traces.disks = -1;
  return traces;
}

/// Volumes are mounted in folders of their own right below, never in one another.
void unmount_all() {
  for_each_entry(mounts_folder, [](const char* name) {
    std::array<char, 320> path{};
    std::snprintf(path.data(), path.size(), "%s/%s", mounts_folder, name);
    while (::umount2(path.data(), UMOUNT_NOFOLLOW) == 0) {
    }
    ::rmdir(path.data());
  });
}

void remove_disks() {
  for_each_entry("/sys/block", [](const char* name) {
    if (std::strncmp(name, "sd", 2) != 0) return;
    std::array<char, 320> path{};
    std::snprintf(path.data(), path.size(), "/sys/block/%s/device/delete", name);
    const int file = ::open(path.data(), O_WRONLY | O_CLOEXEC);
    if (file < 0) return;
    ::dprintf(file, "1");
    ::close(file);
  });
}

/// Of "<priority,sequence,time,flags;text" records, one read each.
bool kernel_complained() {
  std::array<char, 8192> record{};
  for (;;) {
    const ssize_t count = ::read(kernel_log, record.data(), record.size() - 1);
    if (count < 0) return errno != EAGAIN;  // EPIPE: more was said than the kernel keeps
    record[static_cast<std::size_t>(count)] = '\0';
    if ((std::atoi(record.data()) & 7) <= graver_than_a_warning) return true;
  }
}

/// The number of the process that has started this one; -1: it has ended meanwhile.
int parent_of(const char* process) {
  std::array<char, 320> path{};
  std::snprintf(path.data(), path.size(), "/proc/%s/status", process);
  std::FILE* status = std::fopen(path.data(), "re");
  if (status == nullptr) return -1;
  int parent = -1;
  std::array<char, 256> line{};
  while (parent < 0 && std::fgets(line.data(), static_cast<int>(line.size()), status) != nullptr)
    std::sscanf(line.data(), "PPid: %d", &parent);
  std::fclose(status);
  return parent;
}

/// Whether anything runs but the kernel's threads, this program and guestfsd.
bool has_strays(int guestfsd) {
  constexpr int kernel_threads = 2;
  while (::waitpid(-1, nullptr, WNOHANG) > 0) {
  }
  bool found = false;
  const bool looked = for_each_entry("/proc", [&](const char* name) {
    const int process = std::atoi(name);
    if (process <= kernel_threads || process == guestfsd) return;
    const int parent = parent_of(name);
    found = found || (parent >= 0 && parent != kernel_threads);
  });
  return found || !looked;
}

const char* what_is_left(int guestfsd) {
  const Traces now = look();
  if (kernel_complained()) return "kernel";
  if (now.taint != before.taint) return "taint";
  if (now.mounts != before.mounts) return "mounts";
  if (now.disks != before.disks) return "disks";
  return has_strays(guestfsd) ? "processes" : nullptr;
}

}  // namespace

void note_traces() {
  if (kernel_log >= 0) return;
  kernel_log = ::open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  ::lseek(kernel_log, 0, SEEK_END);
  before = look();
}

const char* leave_disks(int guestfsd) {
  unmount_all();
  remove_disks();
  return what_is_left(guestfsd);
}

}  // namespace imprint::appliance_init

// What a disk would hold if the power went now: a copy of each file as of its last fsync, and of
// each folder's names as of its last fsync. tests/e2e/failpoints.py puts the folder together again
// from it.

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <mutex>

#include "tests/support/failpoints/failpoints.h"

namespace imprint::failpoints {
namespace {

/// A number of an inode is given again after its file has gone; with the time of its birth it is
/// unique.
std::string identity(int folder, const char* name, mode_t& mode) {
  struct statx info {};
  const long failed = ::syscall(SYS_statx, folder, name, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH,
                                STATX_INO | STATX_BTIME | STATX_MODE, &info);
  if (failed != 0) return "";
  mode = info.stx_mode;
  return std::to_string(info.stx_ino) + "-" + std::to_string(info.stx_btime.tv_sec) + "." +
         std::to_string(info.stx_btime.tv_nsec);
}

long create(const std::string& path) {
  return ::syscall(SYS_openat, AT_FDCWD, path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
                   0600);
}

void copy_bytes(int from, const std::string& to) {
  const long target = create(to + ".new");
  std::array<char, 65536> buffer;
  off_t offset = 0;
  for (;;) {
    const long count = ::syscall(SYS_pread64, from, buffer.data(), buffer.size(), offset);
    if (count <= 0) break;
    ::syscall(SYS_write, target, buffer.data(), count);
    offset += count;
  }
  ::syscall(SYS_close, target);
  ::syscall(SYS_rename, (to + ".new").c_str(), to.c_str());
}

/// One name a line: "d" or "f", the identity, a space, the name.
std::string names_in(const std::string& folder) {
  std::string names;
  DIR* listing = ::opendir(folder.c_str());
  if (listing == nullptr) return names;
  while (const dirent* entry = ::readdir(listing)) {
    const std::string name = static_cast<const char*>(entry->d_name);
    if (name == "." || name == "..") continue;
    mode_t mode = 0;
    const std::string id = identity(AT_FDCWD, (folder + "/" + name).c_str(), mode);
    if (!id.empty()) names += (S_ISDIR(mode) ? "d " : "f ") + id + " " + name + "\n";
  }
  ::closedir(listing);
  return names;
}

void write_names(const std::string& names, const std::string& to) {
  const long target = create(to + ".new");
  ::syscall(SYS_write, target, names.data(), names.size());
  ::syscall(SYS_close, target);
  ::syscall(SYS_rename, (to + ".new").c_str(), to.c_str());
}

}  // namespace

void became_durable(int fd) {
  const char* shadow = std::getenv("IMPRINT_FAILPOINTS_SHADOW");
  const char* scope = std::getenv("IMPRINT_FAILPOINTS_SHADOWED");
  if (shadow == nullptr || scope == nullptr) return;
  const int before = errno;
  const std::string path = path_of(fd);
  mode_t mode = 0;
  const std::string id = path.starts_with(scope) ? identity(fd, "", mode) : "";
  static std::mutex one_at_a_time;
  const std::lock_guard lock{one_at_a_time};
  const std::string target = std::string{shadow} + "/" + id;
  if (!id.empty() && S_ISDIR(mode)) write_names(names_in(path), target);
  if (!id.empty() && S_ISREG(mode)) {
    // The descriptor may be for writing only.
    const std::string self = "/proc/self/fd/" + std::to_string(fd);
    const long readable = ::syscall(SYS_openat, AT_FDCWD, self.c_str(), O_RDONLY | O_CLOEXEC);
    copy_bytes(static_cast<int>(readable), target);
    ::syscall(SYS_close, readable);
  }
  errno = before;
}

}  // namespace imprint::failpoints

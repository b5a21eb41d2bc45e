#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "guestfs/appliance/control_words.h"
#include "guestfs/appliance/init/init.h"

namespace imprint::appliance_init {
namespace {

using Path = std::array<char, 4096>;

/// -1 for what is none.
int value_of(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

/// False if the path does not fit.
bool decode(const char* digits, Path& path) {
  std::size_t used = std::strlen(mounts_folder);
  std::memcpy(path.data(), mounts_folder, used);
  for (; value_of(digits[0]) >= 0 && value_of(digits[1]) >= 0; digits += 2) {
    if (used + 1 >= path.size()) return false;
    path[used++] = static_cast<char>(value_of(digits[0]) * 16 + value_of(digits[1]));
  }
  path[used] = '\0';
  return true;
}

}  // namespace

int open_mounted(const char* digits, int flags) {
  static Path path;
  if (!decode(digits, path)) {
    errno = ENAMETOOLONG;
    return -1;
  }
  flags |= O_NOFOLLOW | O_CLOEXEC;
  // The host has looked at every folder on the way. Should one be a link all the same, it would
  // lead into the appliance.
  open_how how{};
  how.flags = static_cast<unsigned>(flags);
  how.resolve = RESOLVE_NO_SYMLINKS;
  const long file = ::syscall(SYS_openat2, AT_FDCWD, path.data(), &how, sizeof(how));
  if (file < 0 && errno == ENOSYS) return ::open(path.data(), flags);  // Linux before 5.6
  return static_cast<int>(file);
}

}  // namespace imprint::appliance_init

#include "tests/unit/agent/store/broken_disk.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace imprint::test {

std::atomic<int> BrokenSync::good_left = BrokenSync::all;

}  // namespace imprint::test

/// In place of libc's, for SQLite too.
extern "C" int fdatasync(int file) {
  using imprint::test::BrokenSync;
  if (BrokenSync::good_left == BrokenSync::all || BrokenSync::good_left-- > 0)
    return static_cast<int>(::syscall(SYS_fdatasync, file));
  errno = EIO;
  return -1;
}

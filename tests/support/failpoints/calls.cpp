// The functions that stand before those of the C library. Each is a point; see failpoints.h.

#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "tests/support/failpoints/failpoints.h"

namespace {

using imprint::failpoints::became_durable;
using imprint::failpoints::Kind;
using imprint::failpoints::pass;

template <class Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

int refuse(int problem) {
  errno = problem;
  return -1;
}

/// Waits are made shorter by this factor, so that a thousand cells take minutes.
long hurry() {
  const char* text = std::getenv("IMPRINT_FAILPOINTS_HURRY");
  static const long factor = text != nullptr ? std::atol(text) : 1;
  return factor > 0 ? factor : 1;
}

timespec shortened(const timespec& time) {
  const long long nanoseconds = (time.tv_sec * 1'000'000'000LL + time.tv_nsec) / hurry();
  return {static_cast<time_t>(nanoseconds / 1'000'000'000),
          static_cast<long>(nanoseconds % 1'000'000'000)};
}

}  // namespace

#define IMPRINT_REAL(name) static auto* const real = next<decltype(name)>(#name)
#define IMPRINT_PASS(...) \
  if (const int problem = pass(__VA_ARGS__)) return refuse(problem)
#define IMPRINT_ON_FD(result, name, kind, parameters, ...) \
  result name parameters {                                 \
    IMPRINT_REAL(name);                                    \
    IMPRINT_PASS(#name, kind, fd);                         \
    return real(__VA_ARGS__);                              \
  }
#define IMPRINT_ON_PATH(name, kind, path, folder, parameters, ...) \
  int name parameters {                                            \
    IMPRINT_REAL(name);                                            \
    IMPRINT_PASS(#name, kind, path, folder);                       \
    return real(__VA_ARGS__);                                      \
  }
#define IMPRINT_OPEN(name, path, folder, parameters, ...)            \
  int name parameters {                                              \
    IMPRINT_REAL(name);                                              \
    mode_t mode = 0;                                                 \
    if ((flags & O_CREAT) != 0) {                                    \
      va_list more;                                                  \
      va_start(more, flags);                                         \
      mode = va_arg(more, mode_t);                                   \
      va_end(more);                                                  \
      if (::faccessat(folder, path, F_OK, AT_SYMLINK_NOFOLLOW) != 0) \
        IMPRINT_PASS("create", Kind::space, path, folder);           \
    }                                                                \
    return real(__VA_ARGS__, mode);                                  \
  }
#define IMPRINT_SYNC(name)                \
  int name(int fd) {                      \
    IMPRINT_REAL(name);                   \
    IMPRINT_PASS(#name, Kind::space, fd); \
    const int failed = real(fd);          \
    if (failed == 0) became_durable(fd);  \
    return failed;                        \
  }

extern "C" {

IMPRINT_OPEN(open, path, AT_FDCWD, (const char* path, int flags, ...), path, flags)
IMPRINT_OPEN(open64, path, AT_FDCWD, (const char* path, int flags, ...), path, flags)
IMPRINT_OPEN(openat, path, folder, (int folder, const char* path, int flags, ...), folder, path,
             flags)

IMPRINT_ON_FD(ssize_t, write, Kind::space, (int fd, const void* bytes, size_t count), fd, bytes,
              count)
IMPRINT_ON_FD(ssize_t, pwrite, Kind::space, (int fd, const void* bytes, size_t count, off_t at), fd,
              bytes, count, at)
IMPRINT_ON_FD(ssize_t, pwrite64, Kind::space, (int fd, const void* bytes, size_t count, off64_t at),
              fd, bytes, count, at)
IMPRINT_ON_FD(ssize_t, writev, Kind::space, (int fd, const iovec* parts, int count), fd, parts,
              count)
IMPRINT_ON_FD(int, ftruncate, Kind::space, (int fd, off_t size) noexcept, fd, size)
IMPRINT_ON_FD(int, ftruncate64, Kind::space, (int fd, off64_t size) noexcept, fd, size)
IMPRINT_ON_FD(int, fallocate, Kind::space, (int fd, int mode, off_t from, off_t size), fd, mode,
              from, size)
IMPRINT_SYNC(fsync)
IMPRINT_SYNC(fdatasync)

IMPRINT_ON_PATH(rename, Kind::space, from, AT_FDCWD, (const char* from, const char* to) noexcept,
                from, to)
IMPRINT_ON_PATH(renameat2, Kind::space, from, folder,
                (int folder, const char* from, int other, const char* to, unsigned flags) noexcept,
                folder, from, other, to, flags)
IMPRINT_ON_PATH(unlink, Kind::other, path, AT_FDCWD, (const char* path) noexcept, path)
IMPRINT_ON_PATH(unlinkat, Kind::other, path, folder,
                (int folder, const char* path, int flags) noexcept, folder, path, flags)
IMPRINT_ON_PATH(mkdir, Kind::space, path, AT_FDCWD, (const char* path, mode_t mode) noexcept, path,
                mode)
IMPRINT_ON_PATH(rmdir, Kind::other, path, AT_FDCWD, (const char* path) noexcept, path)

pid_t fork() noexcept {
  IMPRINT_REAL(fork);
  IMPRINT_PASS("fork", Kind::start);
  return real();
}

int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*routine)(void*),
                   void* argument) noexcept {
  IMPRINT_REAL(pthread_create);
  if (const int problem = imprint::failpoints::refusal_of_threads()) return problem;
  return real(thread, attributes, routine, argument);
}

int nanosleep(const timespec* time, timespec* left) {
  IMPRINT_REAL(nanosleep);
  const timespec shorter = shortened(*time);
  return real(&shorter, left);
}

int clock_nanosleep(clockid_t clock, int flags, const timespec* time, timespec* left) {
  IMPRINT_REAL(clock_nanosleep);
  if ((flags & TIMER_ABSTIME) != 0) return real(clock, flags, time, left);
  const timespec shorter = shortened(*time);
  return real(clock, flags, &shorter, left);
}

}  // extern "C"

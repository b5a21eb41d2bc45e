#include "plugins/libvirt/console.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "agent/base/fd.h"

namespace imprint::libvirt {
namespace {

Result<std::string> read_from(const Fd& fd, off_t from, std::size_t bytes,
                              const std::string& name) {
  std::string text(bytes, '\0');
  std::size_t filled = 0;
  while (filled < bytes) {
    const ssize_t got =
        ::pread(fd.get(), text.data() + filled, bytes - filled, from + static_cast<off_t>(filled));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error(errno, fmt::format("console log '{}'", name));
    if (got == 0) break;  // the machine was started anew and the log with it
    filled += static_cast<std::size_t>(got);
  }
  text.resize(filled);
  return text;
}

}  // namespace

Result<std::string> tail_of(const std::filesystem::path& file, std::size_t bytes) {
  const Fd fd{::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)};
  if (!fd.valid() && errno == ENOENT) return std::string{};
  if (!fd.valid()) return system_error(errno, fmt::format("console log '{}'", file.string()));
  struct stat status {};
  if (::fstat(fd.get(), &status) < 0 || !S_ISREG(status.st_mode))
    return make_error(Errc::corrupt, "console log '{}': not a regular file", file.string());
  const std::size_t wanted = std::min(bytes, static_cast<std::size_t>(status.st_size));
  return read_from(fd, status.st_size - static_cast<off_t>(wanted), wanted, file.string());
}

}  // namespace imprint::libvirt

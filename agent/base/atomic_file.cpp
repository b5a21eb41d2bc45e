#include "agent/base/atomic_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "agent/base/fd.h"

namespace imprint {
namespace {

Result<> write_all(int fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t count = ::write(fd, content.data(), content.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_error(errno, "write");
    content.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

/// A temporary file that a crash left behind is removed, not reused: it may have another mode, or
/// be a link.
Result<> write_and_sync(const std::filesystem::path& path, std::string_view content,
                        unsigned mode) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT)
    return system_error(errno, "old temporary file");
  const Fd fd{::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode)};
  if (!fd.valid()) return system_error(errno, "open");
  TRY(write_all(fd.get(), content));
  if (::fsync(fd.get()) != 0) return system_error(errno, "fsync");
  return {};
}

}  // namespace

Result<> sync_folder(const std::filesystem::path& folder) {
  // The folder of a relative name without a '/' is "".
  const Fd fd{::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!fd.valid() || ::fsync(fd.get()) != 0)
    return system_error(errno, "sync of folder '" + folder.string() + "'");
  return {};
}

Result<> write_file_atomically(const std::filesystem::path& path, std::string_view content,
                               unsigned mode) {
  const std::filesystem::path temporary = path.string() + ".tmp";
  const std::string context = "file '" + path.string() + "'";
  auto written = write_and_sync(temporary, content, mode);
  if (!written) {
    ::unlink(temporary.c_str());
    return with_context(std::move(written).error(), context);
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    const int problem = errno;
    ::unlink(temporary.c_str());
    return system_error(problem, context);
  }
  return sync_folder(path.parent_path());
}

Result<> publish_file(const std::filesystem::path& temporary, const std::filesystem::path& target) {
  const Fd fd{::open(temporary.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)};
  if (!fd.valid() || ::fsync(fd.get()) != 0)
    return system_error(errno, "file '" + temporary.string() + "'");
  if (::rename(temporary.c_str(), target.c_str()) != 0)
    return system_error(errno, "rename to '" + target.string() + "'");
  return sync_folder(target.parent_path());
}

namespace {

Result<std::string> read_all(const Fd& fd, const std::string& context, std::size_t limit) {
  std::string content;
  std::array<char, 65536> buffer;
  for (;;) {
    const ssize_t count = ::read(fd.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_error(errno, context);
    if (count == 0) return content;
    if (content.size() + static_cast<std::size_t>(count) > limit)
      return make_error(Errc::exhausted, "{} is larger than {} bytes", context, limit);
    content.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

}  // namespace

Result<std::string> read_file(const std::filesystem::path& path, std::size_t limit) {
  const std::string context = "file '" + path.string() + "'";
  const Fd fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!fd.valid()) return system_error(errno, context);
  return read_all(fd, context, limit);
}

Result<std::string> read_regular_file(const std::filesystem::path& path, std::size_t limit) {
  const std::string context = "file '" + path.string() + "'";
  // O_NONBLOCK: a named pipe without a writer would hang here.
  const Fd fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
  struct stat info {};
  if (!fd.valid() || ::fstat(fd.get(), &info) != 0) return system_error(errno, context);
  if (!S_ISREG(info.st_mode)) return make_error(Errc::invalid, "{} is no regular file", context);
  return read_all(fd, context, limit);
}

}  // namespace imprint

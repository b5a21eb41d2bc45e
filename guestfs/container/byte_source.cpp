#include "guestfs/container/byte_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>

#include "guestfs/language/say.h"

namespace imprint::container {
namespace {

bool holds_a_disk(mode_t mode) {
  return S_ISREG(mode) || S_ISBLK(mode);
}

std::string describe_kind(const std::string& path, mode_t mode) {
  if (S_ISDIR(mode)) return say("image '{}' is a folder, not a disk image", path);
  if (S_ISFIFO(mode)) return say("image '{}' is a pipe, not a disk image", path);
  if (S_ISSOCK(mode)) return say("image '{}' is a socket, not a disk image", path);
  if (S_ISCHR(mode)) return say("image '{}' is a character device, not a disk image", path);
  return say("image '{}' is not a file and no disk image", path);
}

Error wrong_kind(const std::filesystem::path& path, mode_t mode) {
  return make_error(Errc::invalid, "{}", describe_kind(path.string(), mode));
}

}  // namespace

Result<FileSource> FileSource::open(const std::filesystem::path& path) {
  const std::string what = say("image '{}'", path.string());
  // Opening a device or a pipe can have effects of its own, so its kind is asked first; the second
  // look is for a name that changed hands in between, and O_NONBLOCK keeps a pipe that slipped in
  // from blocking.
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return system_error(errno, what);
  if (!holds_a_disk(info.st_mode)) return wrong_kind(path, info.st_mode);
  Fd fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
  if (!fd.valid()) return system_error(errno, what);
  if (::fstat(fd.get(), &info) != 0) return system_error(errno, what);
  if (!holds_a_disk(info.st_mode)) return wrong_kind(path, info.st_mode);
  const off_t size = ::lseek(fd.get(), 0, SEEK_END);
  if (size < 0) return system_error(errno, what);
  return FileSource{std::move(fd), static_cast<std::uint64_t>(size)};
}

Result<std::size_t> FileSource::read(std::uint64_t offset, std::span<std::byte> buffer) {
  if (offset >= size_) return std::size_t{0};
  std::size_t done = 0;
  while (done < buffer.size()) {
    const ssize_t count = ::pread(fd_.get(), buffer.data() + done, buffer.size() - done,
                                  static_cast<off_t>(offset + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_error(errno, say("read of the image"));
    if (count == 0) break;
    done += static_cast<std::size_t>(count);
  }
  return done;
}

Result<std::vector<std::byte>> read_range(ByteSource& source, std::uint64_t offset,
                                          std::size_t length) {
  const std::uint64_t left = offset < source.size() ? source.size() - offset : 0;
  std::vector<std::byte> bytes(static_cast<std::size_t>(std::min<std::uint64_t>(length, left)));
  const std::size_t count = TRY(source.read(offset, bytes));
  bytes.resize(std::min(count, bytes.size()));
  return bytes;
}

}  // namespace imprint::container

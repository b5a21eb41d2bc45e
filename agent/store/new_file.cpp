#include "agent/store/new_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "agent/base/atomic_file.h"
#include "agent/base/fd.h"

namespace imprint::store {
namespace {

Result<> sync_file(const std::filesystem::path& path) {
  const Fd fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)};
  if (!fd.valid() || ::fsync(fd.get()) != 0)
    return system_error(errno, "file '" + path.string() + "'");
  return {};
}

}  // namespace

Result<NewFile> NewFile::reserve(const std::filesystem::path& temporary) {
  if (::unlink(temporary.c_str()) != 0 && errno != ENOENT)
    return system_error(errno, "file '" + temporary.string() + "'");
  return NewFile{temporary};
}

Result<NewFile> NewFile::create(const std::filesystem::path& temporary, unsigned mode) {
  NewFile file = TRY(reserve(temporary));
  const Fd fd{::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)};
  if (!fd.valid() || ::fchmod(fd.get(), static_cast<mode_t>(mode)) != 0)
    return system_error(errno, "file '" + temporary.string() + "'");
  return file;
}

NewFile::~NewFile() {
  if (!path_.empty()) ::unlink(path_.c_str());
}

Result<> NewFile::publish(const std::filesystem::path& target) && {
  TRY(sync_file(path_));
  if (::renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, target.c_str(), RENAME_NOREPLACE) != 0)
    return system_error(errno, "rename to '" + target.string() + "'");
  path_.clear();
  return sync_folder(target.parent_path());
}

Result<> NewFile::replace(const std::filesystem::path& target) && {
  TRY(publish_file(path_, target));
  path_.clear();
  return {};
}

Result<> remove_file(const std::filesystem::path& path) {
  if (::unlink(path.c_str()) == 0) return sync_folder(path.parent_path());
  if (errno == ENOENT || errno == ENOTDIR) return {};
  return system_error(errno, "file '" + path.string() + "'");
}

Result<std::uint64_t> regular_file_size(const std::filesystem::path& path) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0) return system_error(errno, "file '" + path.string() + "'");
  if (!S_ISREG(info.st_mode))
    return make_error(Errc::invalid, "'{}' is not a regular file", path.string());
  return static_cast<std::uint64_t>(info.st_size);
}

}  // namespace imprint::store

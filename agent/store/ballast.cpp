#include "agent/store/ballast.h"

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "agent/base/fd.h"
#include "agent/base/log.h"

namespace imprint::store {
namespace {

bool has_room(const std::filesystem::path& folder) {
  struct statvfs info {};
  return ::statvfs(folder.c_str(), &info) == 0 && info.f_bavail * info.f_frsize > 3 * ballast_bytes;
}

}  // namespace

void load_ballast(const std::filesystem::path& file) {
  std::error_code absent;
  if (std::filesystem::file_size(file, absent) == ballast_bytes && !absent) return;
  if (!has_room(file.parent_path())) return;
  const Fd fd{::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)};
  if (fd.valid() && ::posix_fallocate(fd.get(), 0, static_cast<off_t>(ballast_bytes)) == 0) return;
  log::warn("file '{}': no space can be held for the databases, continuing", file.string());
  ::unlink(file.c_str());
}

bool drop_ballast(const std::filesystem::path& file) {
  if (::unlink(file.c_str()) != 0) return false;
  log::warn("the file system of '{}' is full: the space held for the databases is used",
            file.string());
  return true;
}

}  // namespace imprint::store

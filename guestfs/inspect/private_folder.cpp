#include "guestfs/inspect/private_folder.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace imprint::inspect {
namespace {

namespace fs = std::filesystem;

/// The folder, locked. Invalid if somebody holds it, or if it is none of ours.
Fd lock_folder(const fs::path& path) {
  Fd folder{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
  struct stat info {};
  if (!folder.valid() || ::fstat(folder.get(), &info) != 0 || info.st_uid != ::geteuid() ||
      ::flock(folder.get(), LOCK_EX | LOCK_NB) != 0)
    folder.reset();
  return folder;
}

}  // namespace

void PrivateFolder::remove_stale() {
  std::error_code ignored;
  const fs::path place = fs::temp_directory_path(ignored);
  for (const auto& entry : fs::directory_iterator{place, ignored}) {
    if (!entry.path().filename().string().starts_with(workers)) continue;
    if (const Fd stale = lock_folder(entry.path()); stale.valid())
      fs::remove_all(entry.path(), ignored);
  }
}

Result<PrivateFolder> PrivateFolder::create(const fs::path& parent, const std::string& beginning) {
  remove_stale();
  // Another process may take the new folder for a stale one until it is locked: then try again.
  for (int tries = 0;; ++tries) {
    std::string path = (parent / (beginning + "XXXXXX")).string();
    if (::mkdtemp(path.data()) == nullptr) return system_error(errno, path);
    Fd lock = lock_folder(path);
    std::error_code ignored;
    if (lock.valid() && fs::exists(path, ignored)) return PrivateFolder{path, std::move(lock)};
    if (tries == 10) return make_error(Errc::unavailable, "folder '{}' cannot be kept", path);
  }
}

PrivateFolder::~PrivateFolder() {
  std::error_code ignored;
  if (lock_.valid()) fs::remove_all(path_, ignored);
}

}  // namespace imprint::inspect

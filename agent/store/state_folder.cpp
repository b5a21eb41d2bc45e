#include "agent/store/state_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>

#include "agent/base/atomic_file.h"

namespace imprint::store {
namespace {

constexpr unsigned passable = 0711;
constexpr unsigned ours_alone = 0700;

/// The process id that the holder wrote into the lock file, for people.
std::string holder_of(int lock) {
  std::string text(32, '\0');
  const ssize_t count = ::pread(lock, text.data(), text.size(), 0);
  text.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
  text.resize(std::min(text.size(), text.find_first_not_of("0123456789")));
  return text.empty() ? "unknown" : text;
}

Result<StateFolder::Lock> take_lock(const StatePaths& paths) {
  const std::string context = "lock of the state folder '" + paths.root().string() + "'";
  Fd folder{::open(paths.root().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!folder.valid()) return system_error(errno, context);
  Fd lock{::open(paths.lock().c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)};
  const bool read_only = !lock.valid() && errno == EROFS;
  if (read_only) lock = Fd{::open(paths.lock().c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)};
  if (!lock.valid()) return system_error(errno, context);
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return system_error(errno, context);
    return make_error(Errc::conflict,
                      "second instance of the daemon: the state folder '{}' is held by process {}",
                      paths.root().string(), holder_of(lock.get()));
  }
  // The folder, too: somebody may remove the file, and the next agent would make another.
  if (::flock(folder.get(), LOCK_EX | LOCK_NB) != 0)
    return make_error(Errc::conflict,
                      "second instance of the daemon: the state folder '{}' is held by another",
                      paths.root().string());
  if (read_only) return StateFolder::Lock{std::move(folder), std::move(lock)};
  const std::string process = std::to_string(::getpid()) + "\n";
  if (::ftruncate(lock.get(), 0) != 0 ||
      ::pwrite(lock.get(), process.data(), process.size(), 0) < 0)
    return system_error(errno, context);
  return StateFolder::Lock{std::move(folder), std::move(lock)};
}

void remove_temporaries(const std::filesystem::path& instances) {
  std::error_code ignored;
  for (const auto& folder : std::filesystem::directory_iterator{instances, ignored}) {
    if (folder.is_symlink(ignored) || !folder.is_directory(ignored)) continue;
    for (const auto& file : std::filesystem::directory_iterator{folder, ignored})
      if (file.path().extension() == ".tmp") std::filesystem::remove(file.path(), ignored);
  }
}

}  // namespace

Result<> make_folder(const std::filesystem::path& folder, unsigned mode) {
  const std::string context = "folder '" + folder.string() + "'";
  std::error_code fault;
  if (std::filesystem::is_directory(folder, fault)) return {};
  if (std::filesystem::exists(std::filesystem::symlink_status(folder, fault)))
    return make_error(Errc::invalid, "{} is no folder", context);
  std::filesystem::create_directories(folder.parent_path(), fault);
  if (fault) return system_error(fault.value(), context);
  if (::mkdir(folder.c_str(), static_cast<mode_t>(mode)) != 0 && errno != EEXIST)
    return system_error(errno, context);
  if (::chmod(folder.c_str(), static_cast<mode_t>(mode)) != 0) return system_error(errno, context);
  return sync_folder(folder.parent_path());
}

Result<StateFolder> StateFolder::open(const StatePaths& paths) {
  TRY(make_folder(paths.root(), passable));
  return StateFolder{paths, TRY(take_lock(paths))};
}

Result<> StateFolder::prepare() const {
  TRY(make_folder(paths_.images(), passable));
  TRY(make_folder(paths_.instances(), passable));
  TRY(make_folder(paths_.incoming(), ours_alone));
  remove_temporaries(paths_.instances());
  return {};
}

bool StateFolder::is_read_only() const {
  struct statvfs info {};
  return ::statvfs(paths_.root().c_str(), &info) == 0 && (info.f_flag & ST_RDONLY) != 0;
}

}  // namespace imprint::store

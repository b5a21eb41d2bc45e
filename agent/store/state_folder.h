#pragma once

#include "agent/base/fd.h"
#include "agent/base/result.h"
#include "agent/store/paths.h"

namespace imprint::store {

/// The state folder, held by this process alone until destruction (also
/// after kill -9: the kernel drops the lock). The folder itself, images and instances may be passed
/// through but not listed by others (0711), so that QEMU's user reaches its disks; incoming is ours
/// alone (0700).
class StateFolder {
 public:
  /// Held while they are open.
  struct Lock {
    Fd folder;
    Fd file;
  };

  /// Makes the folder if it is not there; of one that is, only the lock's file is written, and not
  /// even that on a file system that is read-only. Errc::conflict: another daemon holds the folder;
  /// the message names it and the process. Errc::denied, exhausted, unavailable, invalid (something
  /// there is no folder): named.
  static Result<StateFolder> open(const StatePaths& paths);

  /// Makes what is missing in it, and removes temporary files that a crash left below instances.
  Result<> prepare() const;
  /// Whether its file system takes no writes.
  [[nodiscard]] bool is_read_only() const;

  [[nodiscard]] const StatePaths& paths() const noexcept { return paths_; }

 private:
  StateFolder(StatePaths paths, Lock lock) : paths_{std::move(paths)}, lock_{std::move(lock)} {}

  StatePaths paths_;
  Lock lock_;
};

/// Makes the folder with that mode, whatever the umask, and its parents. One that is there keeps
/// its mode. Errc::invalid: the name is there but is no folder.
Result<> make_folder(const std::filesystem::path& folder, unsigned mode);

}  // namespace imprint::store

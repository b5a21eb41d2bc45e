#pragma once

#include <filesystem>
#include <string>
#include <utility>

#include "agent/base/fd.h"
#include "agent/base/result.h"

namespace imprint::inspect {

/// A folder that only this process's user can enter; removed with everything in it at the end. A
/// process that was killed leaves its own behind: if it was a worker's, the next create() of the
/// same user removes it. Not thread-safe; several may be there at once.
class PrivateFolder {
 public:
  /// How the names of workers' folders begin, below the system's temporary folder.
  static constexpr const char* workers = "imprint-worker-";

  /// Below `parent`, with a name that begins so.
  static Result<PrivateFolder> create(const std::filesystem::path& parent,
                                      const std::string& beginning);
  PrivateFolder(PrivateFolder&&) = default;
  PrivateFolder& operator=(PrivateFolder&&) = delete;
  ~PrivateFolder();

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

  /// Removes workers' folders of processes that are no more. What cannot be removed stays.
  static void remove_stale();

 private:
  PrivateFolder(std::filesystem::path path, Fd lock)
      : path_{std::move(path)}, lock_{std::move(lock)} {}

  std::filesystem::path path_;
  Fd lock_;  ///< of the folder itself: free as soon as its process has ended
};

}  // namespace imprint::inspect

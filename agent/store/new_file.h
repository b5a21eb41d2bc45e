#pragma once

#include <filesystem>

#include "agent/base/result.h"

namespace imprint::store {

/// A file that is being made under a temporary name: removed at destruction unless it was
/// published.
class NewFile {
 public:
  /// Makes the empty file, in place of one that a crash left. Errors carry the path.
  static Result<NewFile> create(const std::filesystem::path& temporary, unsigned mode);
  /// As create, for a writer that makes the file itself: only removes what a crash left.
  static Result<NewFile> reserve(const std::filesystem::path& temporary);

  NewFile(NewFile&& other) noexcept : path_{std::move(other.path_)} { other.path_.clear(); }
  NewFile& operator=(NewFile&&) = delete;
  ~NewFile();

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

  /// Syncs it and gives it its name. Errc::conflict: the name is taken, and what bears it stays as
  /// it is.
  Result<> publish(const std::filesystem::path& target) &&;
  /// The same in place of what bears the name.
  Result<> replace(const std::filesystem::path& target) &&;

 private:
  explicit NewFile(std::filesystem::path path) : path_{std::move(path)} {}
  std::filesystem::path path_;
};

/// Removes a file and makes that durable; nothing there is fine. Errors carry the path.
Result<> remove_file(const std::filesystem::path& path);

/// The size of a regular file; Errc::not_found, or Errc::invalid if it is something else. Follows
/// no link.
Result<std::uint64_t> regular_file_size(const std::filesystem::path& path);

}  // namespace imprint::store

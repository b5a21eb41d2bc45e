#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "guestfs/guest/guest_path.h"

namespace imprint::guest {

enum class FileType {
  regular,
  folder,
  link,
  fifo,
  socket,
  character_device,
  block_device,
  unknown
};

struct FileInfo {
  FileType type = FileType::unknown;
  std::uint32_t mode = 0;  ///< permission bits with set-id and sticky: 07777
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::uint64_t size = 0;     ///< bytes
  std::int64_t modified = 0;  ///< seconds since 1970
};

struct FolderEntry {
  std::string name;
  FileType type = FileType::unknown;
};

struct FolderItem {
  std::string name;
  FileInfo info;
};

/// A read-only view of one system's mounted tree. Nothing here follows a symbolic link, not even in
/// the middle of a path: a path that leads through one is Errc::not_found. Following is done by
/// FollowingFs, inside the guest's root. Not thread-safe. Errors of all calls: not_found; invalid
/// (the wrong type of file); unavailable (the appliance died or outlasted its time: every later
/// call fails too); corrupt (the guest's file system is damaged there).
class GuestFs {
 public:
  virtual ~GuestFs() = default;

  virtual Result<FileInfo> stat(const GuestPath& path) = 0;
  /// A regular file's first `limit` bytes. A longer file is cut, so compare stat().size.
  virtual Result<std::string> read(const GuestPath& path, std::size_t limit) = 0;
  /// `size` bytes from `offset`, fewer at the end of the file.
  virtual Result<std::string> read_range(const GuestPath& path, std::uint64_t offset,
                                         std::size_t size) = 0;
  /// The text of a link, as it stands.
  virtual Result<std::string> read_link(const GuestPath& path) = 0;
  /// Without "." and "..", sorted by name; at most 100,000 entries, more is Errc::exhausted.
  virtual Result<std::vector<FolderEntry>> list(const GuestPath& folder) = 0;
  /// As list(), with what stat() would tell of each entry: a link is told as a link. An entry that
  /// cannot be looked at has the type unknown. One question to a real guest instead of hundreds, so
  /// whoever wants the permissions of more than a few files of a folder asks this.
  virtual Result<std::vector<FolderItem>> list_details(const GuestPath& folder);
  /// An extended attribute's bytes; nothing if there is none or the file system has none.
  virtual Result<std::optional<std::string>> xattr(const GuestPath& path,
                                                   const std::string& name) = 0;
  /// The ext2 family's attribute letters as lsattr(1) prints them ("i", "ia", ...); nothing on
  /// other file systems.
  virtual Result<std::optional<std::string>> attributes(const GuestPath& path) = 0;
};

/// The text of a file as rules read it.
struct TextFile {
  GuestPath asked;   ///< the path that was asked for
  GuestPath found;   ///< where its links led
  FileInfo info;     ///< of the file found
  std::string text;  ///< at most `limit` bytes
  bool cut = false;  ///< the file is longer than the limit
};

/// Follows links as the guest's kernel would, never above the guest's root; at most 40 of them
/// (ELOOP).
class FollowingFs {
 public:
  static constexpr std::size_t text_limit = std::size_t{1} << 20;

  explicit FollowingFs(GuestFs& fs) : fs_{fs} {}
  [[nodiscard]] GuestFs& raw() const noexcept { return fs_; }

  /// The path without links. Errc::not_found where it dangles, invalid for a loop.
  Result<GuestPath> resolve(const GuestPath& path);
  Result<FileInfo> stat(const GuestPath& path);
  /// A regular file's text. Errc::invalid for any other type: a FIFO or device is never opened.
  Result<TextFile> read_text(const GuestPath& path, std::size_t limit = text_limit);
  Result<std::vector<FolderEntry>> list(const GuestPath& folder);
  Result<std::vector<FolderItem>> list_details(const GuestPath& folder);
  /// Whether something is there after all links; errors other than not_found and invalid are passed
  /// on.
  Result<bool> exists(const GuestPath& path);

 private:
  GuestFs& fs_;
};

}  // namespace imprint::guest

#pragma once

#include <map>

#include "guestfs/guest/guest_fs.h"

namespace imprint::guest {

struct LookedAt {
  FileInfo info;
  std::string target;  ///< of a link, if that was told as well
};

struct LookedAtEntry {
  FolderEntry entry;
  LookedAt looked_at;  ///< of the type unknown: it cannot be looked at
};

/// The questions that a mounted tree answers, each of them a round trip to the appliance. No path
/// leads through a link. Errors as those of GuestFs.
class TreeSource {
 public:
  virtual ~TreeSource() = default;

  virtual Result<LookedAt> look_at(const GuestPath& path) = 0;
  /// All of a folder by one question, in any order. Nothing: it has to be asked for in parts.
  virtual Result<std::optional<std::vector<LookedAtEntry>>> look_into(const GuestPath& folder) = 0;
  /// In any order, without "." and ".."; the type of an entry may be unknown.
  virtual Result<std::vector<FolderEntry>> names_in(const GuestPath& folder) = 0;
  /// look_at() of entries of one folder, in their order; one that fails has the type unknown.
  virtual Result<std::vector<FileInfo>> look_at_all(const GuestPath& folder,
                                                    const std::vector<std::string>& names) = 0;
  virtual Result<std::string> read_one_link(const GuestPath& path) = 0;
  /// The texts of links in one folder, in their order; empty for one that fails.
  virtual Result<std::vector<std::string>> read_links(const GuestPath& folder,
                                                      const std::vector<std::string>& names) = 0;
};

/// What was learned of a tree that never changes. Nothing is asked twice, and when several entries
/// of a folder that was listed are asked for, one question is put for all of them: under emulation
/// each question costs a millisecond, and each entry a thirtieth of one. Bounded: beyond
/// `most_remembered` files nothing is kept, but asked again. Not thread-safe. Errors are those of
/// the source.
class TreeMemory {
 public:
  explicit TreeMemory(TreeSource& source) : source_{source} {}

  Result<FileInfo> stat(const GuestPath& path);
  /// Of what stat() told to be a link.
  Result<std::string> read_link(const GuestPath& path);
  /// As those of GuestFs, of what stat() told to be a folder.
  Result<std::vector<FolderEntry>> list(const GuestPath& folder);
  Result<std::vector<FolderItem>> list_details(const GuestPath& folder);

 private:
  struct Folder {
    std::vector<FolderEntry> entries;  ///< sorted by name
    std::size_t asked = 0;             ///< how many of them were asked for one by one
    bool looked_at = false;            ///< all that can be looked at are remembered
    bool links_read = false;
  };

  [[nodiscard]] bool has_room(std::size_t files) const;
  /// The folder above, if it was listed and holds the path, and putting one question for all of its
  /// entries is worth it by now.
  Folder* worth_asking_at_once(const GuestPath& path, bool Folder::*done);
  /// All of a folder by one question; nothing if that is not to be had.
  Result<std::optional<std::vector<FolderItem>>> look_into(const GuestPath& path);
  Result<> look_at_entries(const GuestPath& path, Folder& folder);
  Result<> read_links_of(const GuestPath& path, Folder& folder);
  Folder* remember_folder(const GuestPath& path, std::vector<FolderEntry> entries);
  void remember(const GuestPath& path, std::optional<FileInfo> info);
  void remember_all(const GuestPath& path, Folder& folder, const std::vector<FileInfo>& infos);
  void remember_link(const GuestPath& path, const std::string& text);
  [[nodiscard]] std::vector<FileInfo> remembered_infos(
      const GuestPath& path, const std::vector<FolderEntry>& entries) const;

  TreeSource& source_;
  std::map<GuestPath, std::optional<FileInfo>> files_;  ///< nothing: there is no such file
  std::map<GuestPath, std::string> links_;
  std::map<GuestPath, Folder> folders_;
  std::size_t listed_ = 0;      ///< entries of all folders
  std::size_t link_bytes_ = 0;  ///< of all texts
};

}  // namespace imprint::guest

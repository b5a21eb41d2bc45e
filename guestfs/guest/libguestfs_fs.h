#pragma once

#include <map>
#include <set>

#include "guestfs/guest/appliance.h"
#include "guestfs/guest/guest_fs.h"

namespace imprint::guest {

/// A part of the guest's tree and the appliance's folder that shows it.
struct ShownFolder {
  GuestPath at;        ///< "/", "/boot"
  std::string folder;  ///< "/v1", "/v0/@/boot"
};

/// The tree of one guest, put together from the appliance's folders: what is mounted at the longest
/// matching path answers. Keeps GuestFs's contract: every folder on the way to a path is looked at
/// first, so no call of libguestfs ever meets a link that it would follow. Reading never opens
/// anything but a regular file.
class LibguestfsFs : public GuestFs {
 public:
  LibguestfsFs(Appliance& appliance, std::vector<ShownFolder> shown)
      : appliance_{appliance}, shown_{std::move(shown)} {}

  Result<FileInfo> stat(const GuestPath& path) override;
  Result<std::string> read(const GuestPath& path, std::size_t limit) override;
  Result<std::string> read_range(const GuestPath& path, std::uint64_t offset,
                                 std::size_t size) override;
  Result<std::string> read_link(const GuestPath& path) override;
  Result<std::vector<FolderEntry>> list(const GuestPath& folder) override;
  Result<std::vector<FolderItem>> list_details(const GuestPath& folder) override;
  Result<std::optional<std::string>> xattr(const GuestPath& path, const std::string& name) override;
  Result<std::optional<std::string>> attributes(const GuestPath& path) override;

  /// How many names a file has: by each of them it can be written to.
  Result<std::uint64_t> count_names(const GuestPath& path);
  /// Where the appliance shows the path. Whoever hands it to libguestfs has asked stat() first.
  [[nodiscard]] std::string shown_path(const GuestPath& path) const;

 private:
  Result<> require_folders_above(const GuestPath& path);
  Result<FileInfo> stat_shown(const GuestPath& path);
  Result<FileInfo> ask_for_stat(const GuestPath& path);
  Result<> require(const GuestPath& path, FileType type);

  Appliance& appliance_;
  std::vector<ShownFolder> shown_;
  // The guest's tree never changes, and each question to an emulated appliance costs a millisecond.
  std::set<GuestPath> folders_;  ///< known to be real ones
  /// What stat told before, at most most_remembered of it; nothing: there is no such file.
  std::map<GuestPath, std::optional<FileInfo>> remembered_;
};

}  // namespace imprint::guest

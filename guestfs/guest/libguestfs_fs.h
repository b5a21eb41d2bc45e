#pragma once

#include <set>

#include "guestfs/guest/appliance.h"
#include "guestfs/guest/guest_fs.h"
#include "guestfs/guest/tree_memory.h"

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
class LibguestfsFs : public GuestFs, private TreeSource {
 public:
  LibguestfsFs(Appliance& appliance, std::vector<ShownFolder> shown)
      : appliance_{appliance}, shown_{std::move(shown)} {}
  LibguestfsFs(const LibguestfsFs&) = delete;
  LibguestfsFs& operator=(const LibguestfsFs&) = delete;

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
  Result<LookedAt> look_at(const GuestPath& path) override;
  Result<std::optional<std::vector<LookedAtEntry>>> look_into(const GuestPath& folder) override;
  Result<std::vector<FolderEntry>> names_in(const GuestPath& folder) override;
  Result<std::vector<FileInfo>> look_at_all(const GuestPath& folder,
                                            const std::vector<std::string>& names) override;
  Result<std::string> read_one_link(const GuestPath& path) override;
  Result<std::vector<std::string>> read_links(const GuestPath& folder,
                                              const std::vector<std::string>& names) override;

  Result<> require_folders_above(const GuestPath& path);
  Result<> require(const GuestPath& path, FileType type);
  [[nodiscard]] bool is_shown_elsewhere(const GuestPath& path) const;

  Appliance& appliance_;
  std::vector<ShownFolder> shown_;
  std::set<GuestPath> folders_;  ///< known to be real ones
  TreeMemory memory_{*this};
};

}  // namespace imprint::guest

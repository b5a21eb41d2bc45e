#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "guestfs/guest/libguestfs_fs.h"

namespace imprint::guest {

/// Changes files of one guest's tree whose volumes are mounted for writing. As GuestFs it follows
/// no link, not even in the middle of a path, and opens nothing but regular files. Whatever it
/// changes keeps owner, mode, extended attributes and the attribute letters that were not asked to
/// go; a letter that forbids the change ("i", "a") is taken off for as long as it lasts. Not
/// thread-safe. Errors of all calls: those of GuestFs; corrupt too where nothing can be written;
/// conflict: the guest is not as the caller thinks.
class GuestWriter {
 public:
  GuestWriter(Appliance& appliance, std::vector<ShownFolder> shown)
      : appliance_{appliance}, shown_{std::move(shown)} {}

  /// Writes another content into the file, in place. Errc::conflict if it does not hold `before`,
  /// or has a second name by which another file would change too.
  Result<> rewrite(const GuestPath& path, std::string_view before, std::string_view after);
  /// Takes all content out of the file, in place. Errc::conflict if it has a second name.
  Result<> empty(const GuestPath& path);
  /// Removes a file, or a link and not what it leads to. Errc::invalid for a folder.
  Result<> remove(const GuestPath& path);
  /// Removes a file, a link, or a folder with all that it holds.
  Result<> remove_tree(const GuestPath& path);
  /// Makes an empty file of root's with mode 0644. Errc::conflict if something is there.
  Result<> create(const GuestPath& path);
  /// Takes the letters "i" and "a" off a regular file or a folder.
  Result<> unfreeze(const GuestPath& path);

 private:
  struct Target;
  Result<Target> regular_file(const GuestPath& path);
  Result<> replace_content(const Target& target, std::string_view content);

  Appliance& appliance_;
  std::vector<ShownFolder> shown_;
};

}  // namespace imprint::guest

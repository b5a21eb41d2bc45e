#pragma once

#include <map>

#include "guestfs/guest/guest_fs.h"

namespace imprint::guest {

/// A GuestFs held in memory: rules and readers are tried against trees that are written down in a
/// test. It keeps the contract of GuestFs, links included. The adding functions make missing
/// folders on the way, replace what was there, return *this for chaining, and are meant for paths
/// known to be sound: a path that cannot be parsed is not added.
class MemoryFs : public GuestFs {
 public:
  MemoryFs() { nodes_.emplace("/", Node{FileInfo{FileType::folder, 0755}, {}, {}, {}}); }

  MemoryFs& file(std::string_view path, std::string text, std::uint32_t mode = 0644);
  MemoryFs& folder(std::string_view path, std::uint32_t mode = 0755);
  MemoryFs& link(std::string_view path, std::string target);
  /// A FIFO, socket or device.
  MemoryFs& special(std::string_view path, FileType type, std::uint32_t mode = 0644);

  // Changes to what was added before; of no effect where nothing is.
  MemoryFs& owner(std::string_view path, std::uint32_t uid, std::uint32_t gid);
  MemoryFs& modified(std::string_view path, std::int64_t seconds);
  /// stat() then tells this size, while the file's bytes stay: a huge file without its memory.
  MemoryFs& claimed_size(std::string_view path, std::uint64_t size);
  MemoryFs& xattr(std::string_view path, const std::string& name, std::string value);
  MemoryFs& attributes(std::string_view path, std::string letters);
  MemoryFs& remove(std::string_view path);
  /// Every later call fails with this error, as after the death of an appliance.
  MemoryFs& fail_with(Error error);

  Result<FileInfo> stat(const GuestPath& path) override;
  Result<std::string> read(const GuestPath& path, std::size_t limit) override;
  Result<std::string> read_range(const GuestPath& path, std::uint64_t offset,
                                 std::size_t size) override;
  Result<std::string> read_link(const GuestPath& path) override;
  Result<std::vector<FolderEntry>> list(const GuestPath& folder) override;
  Result<std::optional<std::string>> xattr(const GuestPath& path, const std::string& name) override;
  Result<std::optional<std::string>> attributes(const GuestPath& path) override;

 private:
  struct Node {
    FileInfo info;
    std::string content;  ///< a file's bytes or a link's target
    std::map<std::string, std::string> xattrs;
    std::optional<std::string> attributes;
  };

  MemoryFs& add(std::string_view path, FileType type, std::uint32_t mode, std::string content);
  Node* node_or_null(std::string_view path);
  Result<const Node*> find(const GuestPath& path) const;
  Result<const Node*> find_file(const GuestPath& path) const;

  std::map<std::string, Node> nodes_;
  std::optional<Error> failure_;
};

}  // namespace imprint::guest

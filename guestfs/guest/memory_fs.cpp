#include "guestfs/guest/memory_fs.h"

namespace imprint::guest {

MemoryFs& MemoryFs::add(std::string_view path, FileType type, std::uint32_t mode,
                        std::string content) {
  const auto parsed = GuestPath::parse(path);
  if (!parsed) return *this;
  for (GuestPath above = parsed->parent(); !nodes_.contains(above.str()); above = above.parent())
    nodes_.emplace(above.str(), Node{FileInfo{FileType::folder, 0755}, {}, {}, {}});
  FileInfo info{type, mode};
  info.size = content.size();
  nodes_[parsed->str()] = Node{info, std::move(content), {}, {}};
  return *this;
}

MemoryFs& MemoryFs::file(std::string_view path, std::string text, std::uint32_t mode) {
  return add(path, FileType::regular, mode, std::move(text));
}

MemoryFs& MemoryFs::folder(std::string_view path, std::uint32_t mode) {
  return add(path, FileType::folder, mode, {});
}

MemoryFs& MemoryFs::link(std::string_view path, std::string target) {
  return add(path, FileType::link, 0777, std::move(target));
}

MemoryFs& MemoryFs::special(std::string_view path, FileType type, std::uint32_t mode) {
  return add(path, type, mode, {});
}

MemoryFs::Node* MemoryFs::node_or_null(std::string_view path) {
  const auto found = nodes_.find(std::string{path});
  return found == nodes_.end() ? nullptr : &found->second;
}

MemoryFs& MemoryFs::owner(std::string_view path, std::uint32_t uid, std::uint32_t gid) {
  if (Node* node = node_or_null(path)) {
    node->info.uid = uid;
    node->info.gid = gid;
  }
  return *this;
}

MemoryFs& MemoryFs::modified(std::string_view path, std::int64_t seconds) {
  if (Node* node = node_or_null(path)) node->info.modified = seconds;
  return *this;
}

MemoryFs& MemoryFs::claimed_size(std::string_view path, std::uint64_t size) {
  if (Node* node = node_or_null(path)) node->info.size = size;
  return *this;
}

MemoryFs& MemoryFs::xattr(std::string_view path, const std::string& name, std::string value) {
  if (Node* node = node_or_null(path)) node->xattrs[name] = std::move(value);
  return *this;
}

MemoryFs& MemoryFs::attributes(std::string_view path, std::string letters) {
  if (Node* node = node_or_null(path)) node->attributes = std::move(letters);
  return *this;
}

MemoryFs& MemoryFs::remove(std::string_view path) {
  const auto parsed = GuestPath::parse(path);
  if (!parsed) return *this;
  std::erase_if(nodes_, [&](const auto& item) {
    const auto candidate = GuestPath::parse(item.first);
    return item.first != "/" && candidate && candidate->is_below(*parsed);
  });
  return *this;
}

MemoryFs& MemoryFs::fail_with(Error error) {
  failure_ = std::move(error);
  return *this;
}

Result<const MemoryFs::Node*> MemoryFs::find(const GuestPath& path) const {
  if (failure_) return *failure_;
  const auto found = nodes_.find(path.str());
  if (found == nodes_.end()) return make_error(Errc::not_found, "'{}' does not exist", path.str());
  for (GuestPath above = path; above.str() != "/";) {
    above = above.parent();
    if (nodes_.at(above.str()).info.type != FileType::folder)
      return make_error(Errc::not_found, "'{}' is not a folder", above.str());
  }
  return &found->second;
}

Result<const MemoryFs::Node*> MemoryFs::find_file(const GuestPath& path) const {
  const Node* node = TRY(find(path));
  if (node->info.type != FileType::regular)
    return make_error(Errc::invalid, "'{}' is not a regular file", path.str());
  return node;
}

Result<FileInfo> MemoryFs::stat(const GuestPath& path) {
  return TRY(find(path))->info;
}

Result<std::string> MemoryFs::read(const GuestPath& path, std::size_t limit) {
  return TRY(find_file(path))->content.substr(0, limit);
}

Result<std::string> MemoryFs::read_range(const GuestPath& path, std::uint64_t offset,
                                         std::size_t size) {
  const std::string& content = TRY(find_file(path))->content;
  if (offset >= content.size()) return std::string{};
  return content.substr(offset, size);
}

Result<std::string> MemoryFs::read_link(const GuestPath& path) {
  const Node* node = TRY(find(path));
  if (node->info.type != FileType::link)
    return make_error(Errc::invalid, "'{}' is not a link", path.str());
  return node->content;
}

Result<std::vector<FolderEntry>> MemoryFs::list(const GuestPath& folder) {
  if (TRY(find(folder))->info.type != FileType::folder)
    return make_error(Errc::invalid, "'{}' is not a folder", folder.str());
  std::vector<FolderEntry> entries;
  const std::string prefix = folder.str() == "/" ? "/" : folder.str() + "/";
  for (auto item = nodes_.upper_bound(prefix);
       item != nodes_.end() && item->first.starts_with(prefix); ++item) {
    const std::string name = item->first.substr(prefix.size());
    if (name.find('/') == std::string::npos) entries.push_back({name, item->second.info.type});
  }
  return entries;
}

Result<std::optional<std::string>> MemoryFs::xattr(const GuestPath& path, const std::string& name) {
  const Node* node = TRY(find(path));
  const auto found = node->xattrs.find(name);
  if (found == node->xattrs.end()) return std::optional<std::string>{};
  return std::optional{found->second};
}

Result<std::optional<std::string>> MemoryFs::attributes(const GuestPath& path) {
  return TRY(find(path))->attributes;
}

}  // namespace imprint::guest

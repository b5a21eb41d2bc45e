#include "guestfs/guest/libguestfs_fs.h"

#include <guestfs.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "guestfs/language/say.h"

namespace imprint::guest {
namespace {

constexpr std::size_t most_entries = 100'000;
constexpr std::size_t chunk = std::size_t{2} << 20;  // libguestfs's messages hold 4 MiB

using Bytes = Owned<char, std::free>;
using Stat = Owned<struct guestfs_statns, guestfs_free_statns>;
using Stats = Owned<struct guestfs_statns_list, guestfs_free_statns_list>;
using Entries = Owned<guestfs_dirent_list, guestfs_free_dirent_list>;

FileType type_of_mode(std::int64_t mode) {
  switch (mode & S_IFMT) {
    case S_IFREG:
      return FileType::regular;
    case S_IFDIR:
      return FileType::folder;
    case S_IFLNK:
      return FileType::link;
    case S_IFIFO:
      return FileType::fifo;
    case S_IFSOCK:
      return FileType::socket;
    case S_IFCHR:
      return FileType::character_device;
    case S_IFBLK:
      return FileType::block_device;
    default:
      return FileType::unknown;
  }
}

FileType type_of_letter(char letter) {
  switch (letter) {
    case 'r':
      return FileType::regular;
    case 'd':
      return FileType::folder;
    case 'l':
      return FileType::link;
    case 'f':
      return FileType::fifo;
    case 's':
      return FileType::socket;
    case 'c':
      return FileType::character_device;
    case 'b':
      return FileType::block_device;
    default:
      return FileType::unknown;
  }
}

FileInfo info_of(const struct guestfs_statns& stat) {
  FileInfo info;
  info.type = type_of_mode(stat.st_mode);
  info.mode = static_cast<std::uint32_t>(stat.st_mode & 07777);
  info.uid = static_cast<std::uint32_t>(stat.st_uid);
  info.gid = static_cast<std::uint32_t>(stat.st_gid);
  info.size = static_cast<std::uint64_t>(std::max<std::int64_t>(stat.st_size, 0));
  info.modified = stat.st_mtime_sec;
  return info;
}

LookedAt looked_at(const appliance::ToldFile& told) {
  LookedAt result;
  result.info.type = type_of_mode(told.mode);
  result.info.mode = told.mode & 07777;
  result.info.uid = told.uid;
  result.info.gid = told.gid;
  result.info.size = told.size;
  result.info.modified = told.modified;
  result.target = told.target;
  return result;
}

/// The null-terminated list that libguestfs takes, and does not change. Points into `names`.
std::vector<char*> pointers_to(const std::vector<std::string>& names) {
  std::vector<char*> pointers;
  pointers.reserve(names.size() + 1);
  for (const std::string& name : names) pointers.push_back(const_cast<char*>(name.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

std::string LibguestfsFs::shown_path(const GuestPath& path) const {
  const ShownFolder* best = nullptr;
  for (const ShownFolder& candidate : shown_)
    if (path.is_below(candidate.at) &&
        (best == nullptr || candidate.at.str().size() > best->at.str().size()))
      best = &candidate;
  if (best == nullptr) return path.str();
  const std::string inside =
      best->at.str() == "/" ? path.str() : path.str().substr(best->at.str().size());
  return inside == "/" ? best->folder : best->folder + inside;
}

Result<> LibguestfsFs::require_folders_above(const GuestPath& path) {
  const GuestPath folder = path.parent();
  GuestPath above;
  for (const std::string_view component : folder.components()) {
    above = above / component;
    if (folders_.contains(above)) continue;
    const FileInfo info = TRY(memory_.stat(above));
    if (info.type != FileType::folder)
      return make_error(Errc::not_found, "{}", say("'{}' is not a folder", above.str()));
    folders_.insert(above);
  }
  return {};
}

Result<LookedAt> LibguestfsFs::look_at(const GuestPath& path) {
  const std::string shown = shown_path(path);
  if (const auto told = TRY(appliance_.look(shown))) {
    if (told->file) return looked_at(*told->file);
    return make_error(Errc::not_found, "{}", say("'{}' does not exist", path.str()));
  }
  const Stat stat{guestfs_lstatns(appliance_.handle(), shown.c_str())};
  if (!stat) return appliance_.last_error(path.str());
  return LookedAt{info_of(*stat), {}};
}

Result<std::optional<std::vector<LookedAtEntry>>> LibguestfsFs::look_into(const GuestPath& folder) {
  using Entries = std::optional<std::vector<LookedAtEntry>>;
  const auto told = TRY(appliance_.folder(shown_path(folder), true));
  if (!told) return Entries{};
  std::vector<LookedAtEntry> entries;
  for (const auto& [name, type, file] : *told) {
    LookedAtEntry entry{{name, type_of_letter(type)}, file ? looked_at(*file) : LookedAt{}};
    if (const GuestPath path = folder / name; is_shown_elsewhere(path))
      entry.looked_at = TRY(look_at(path));
    entries.push_back(std::move(entry));
  }
  return Entries{std::move(entries)};
}

Result<FileInfo> LibguestfsFs::stat(const GuestPath& path) {
  TRY(require_folders_above(path));
  return memory_.stat(path);
}

Result<> LibguestfsFs::require(const GuestPath& path, FileType type) {
  if (TRY(stat(path)).type == type) return {};
  return make_error(Errc::invalid, "{}",
                    type == FileType::regular ? say("'{}' is not a regular file", path.str())
                    : type == FileType::link  ? say("'{}' is not a link", path.str())
                                              : say("'{}' is not a folder", path.str()));
}

Result<std::uint64_t> LibguestfsFs::count_names(const GuestPath& path) {
  TRY(require_folders_above(path));
  const Stat stat{guestfs_lstatns(appliance_.handle(), shown_path(path).c_str())};
  if (!stat) return appliance_.last_error(path.str());
  return static_cast<std::uint64_t>(std::max<std::int64_t>(stat->st_nlink, 0));
}

Result<std::string> LibguestfsFs::read(const GuestPath& path, std::size_t limit) {
  return read_range(path, 0, limit);
}

Result<std::string> LibguestfsFs::read_range(const GuestPath& path, std::uint64_t offset,
                                             std::size_t size) {
  TRY(require(path, FileType::regular));
  const std::string shown = shown_path(path);
  const std::uint64_t length = TRY(stat(path)).size;
  const std::uint64_t left = length - std::min(length, offset);
  if (auto read = appliance_.read_directly(shown, offset, std::min<std::uint64_t>(size, left)))
    return *std::move(read);
  if (auto told = TRY(appliance_.bytes(shown, offset, std::min<std::uint64_t>(size, left))))
    return *std::move(told);
  std::string content;
  while (content.size() < size) {
    const std::size_t wanted = std::min(chunk, size - content.size());
    std::size_t count = 0;
    const Bytes bytes{guestfs_pread(appliance_.handle(), shown.c_str(), static_cast<int>(wanted),
                                    static_cast<std::int64_t>(offset + content.size()), &count)};
    if (!bytes) return appliance_.last_error(path.str());
    content.append(bytes.get(), count);
    if (count < wanted) break;
  }
  return content;
}

Result<std::string> LibguestfsFs::read_link(const GuestPath& path) {
  TRY(require(path, FileType::link));
  return memory_.read_link(path);
}

Result<std::vector<FolderEntry>> LibguestfsFs::list(const GuestPath& folder) {
  TRY(require(folder, FileType::folder));
  return memory_.list(folder);
}

Result<std::vector<FolderItem>> LibguestfsFs::list_details(const GuestPath& folder) {
  TRY(require(folder, FileType::folder));
  return memory_.list_details(folder);
}

Result<std::vector<FolderEntry>> LibguestfsFs::names_in(const GuestPath& folder) {
  if (const auto told = TRY(appliance_.folder(shown_path(folder), false))) {
    std::vector<FolderEntry> result;
    for (const appliance::ToldEntry& entry : *told)
      result.push_back({entry.name, type_of_letter(entry.type)});
    return result;
  }
  const Entries entries{guestfs_readdir(appliance_.handle(), shown_path(folder).c_str())};
  if (!entries) return appliance_.last_error(folder.str());
  if (entries->len > most_entries)
    return make_error(Errc::exhausted, "{}",
                      say("'{}' holds {} entries", folder.str(), entries->len));
  std::vector<FolderEntry> result;
  for (std::uint32_t i = 0; i < entries->len; ++i) {
    const guestfs_dirent& entry = entries->val[i];
    const std::string name = entry.name;
    if (name != "." && name != "..") result.push_back({name, type_of_letter(entry.ftyp)});
  }
  return result;
}

bool LibguestfsFs::is_shown_elsewhere(const GuestPath& path) const {
  return std::any_of(shown_.begin(), shown_.end(),
                     [&](const ShownFolder& each) { return each.at == path; });
}

Result<std::vector<FileInfo>> LibguestfsFs::look_at_all(const GuestPath& folder,
                                                        const std::vector<std::string>& names) {
  const Stats stats{guestfs_lstatnslist(appliance_.handle(), shown_path(folder).c_str(),
                                        pointers_to(names).data())};
  if (!stats) return appliance_.last_error(folder.str());
  if (stats->len != names.size())
    return make_error(
        Errc::corrupt, "{}",
        say("'{}': {} of {} entries can be looked at", folder.str(), stats->len, names.size()));
  std::vector<FileInfo> infos;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const struct guestfs_statns& stat = stats->val[i];
    const GuestPath path = folder / names[i];
    if (is_shown_elsewhere(path))
      infos.push_back(TRY(look_at(path)).info);
    else  // the inode -1 stands for one that failed
      infos.push_back(stat.st_ino == -1 ? FileInfo{} : info_of(stat));
  }
  return infos;
}

/// Starts a process in the appliance, as guestfs_readlinklist() does not.
Result<std::string> LibguestfsFs::read_one_link(const GuestPath& path) {
  const Bytes target{guestfs_readlink(appliance_.handle(), shown_path(path).c_str())};
  if (!target) return appliance_.last_error(path.str());
  return std::string{target.get()};
}

Result<std::vector<std::string>> LibguestfsFs::read_links(const GuestPath& folder,
                                                          const std::vector<std::string>& names) {
  const StringList texts{guestfs_readlinklist(appliance_.handle(), shown_path(folder).c_str(),
                                              pointers_to(names).data())};
  if (!texts.valid()) return appliance_.last_error(folder.str());
  std::vector<std::string> values = texts.values();
  values.resize(names.size());
  return values;
}

Result<std::optional<std::string>> LibguestfsFs::xattr(const GuestPath& path,
                                                       const std::string& name) {
  TRY(stat(path));
  std::size_t size = 0;
  const Bytes value{
      guestfs_lgetxattr(appliance_.handle(), shown_path(path).c_str(), name.c_str(), &size)};
  if (value) return std::optional{std::string{value.get(), size}};
  const int failure = appliance_.last_errno();
  if (failure == ENODATA || failure == ENOTSUP) return std::optional<std::string>{};
  return appliance_.last_error(path.str());
}

Result<std::optional<std::string>> LibguestfsFs::attributes(const GuestPath& path) {
  const FileType type = TRY(stat(path)).type;
  // lsattr opens what it is asked about, which it must not do with a FIFO or a device.
  if (type != FileType::regular && type != FileType::folder) return std::optional<std::string>{};
  return appliance_.attributes(shown_path(path));
}

}  // namespace imprint::guest

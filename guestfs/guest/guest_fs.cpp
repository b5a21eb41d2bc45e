#include "guestfs/guest/guest_fs.h"

#include <deque>

#include "guestfs/language/say.h"

namespace imprint::guest {
namespace {

constexpr int most_links = 40;  // MAXSYMLINKS of the Linux kernel

void push_front(std::deque<std::string>& pending, std::string_view path) {
  std::size_t at = 0;
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    const std::string_view component = path.substr(0, slash);
    path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
    if (component.empty() || component == ".") continue;
    pending.emplace(pending.begin() + static_cast<std::ptrdiff_t>(at++), component);
  }
}

}  // namespace

Result<std::vector<FolderItem>> GuestFs::list_details(const GuestPath& folder) {
  std::vector<FolderItem> items;
  for (FolderEntry& entry : TRY(list(folder))) {
    const auto info = stat(folder / entry.name);
    if (!info && info.error().code == Errc::unavailable) return info.error();
    items.push_back({std::move(entry.name), info ? *info : FileInfo{}});
  }
  return items;
}

Result<GuestPath> FollowingFs::resolve(const GuestPath& path) {
  GuestPath at;
  std::deque<std::string> pending;
  push_front(pending, path.str());
  int links = 0;
  while (!pending.empty()) {
    const std::string component = std::move(pending.front());
    pending.pop_front();
    const GuestPath next = at / component;
    if (component == "..") {
      at = next;  // `at` holds no link, so the lexical parent is the real one
      continue;
    }
    const FileInfo info = TRY(fs_.stat(next));
    if (info.type != FileType::link) {
      if (!pending.empty() && info.type != FileType::folder)
        return make_error(Errc::not_found, "{}", say("'{}' is not a folder", next.str()));
      at = next;
      continue;
    }
    if (++links > most_links)
      return make_error(Errc::invalid, "{}",
                        say("'{}' has too many levels of symbolic links", path.str()));
    const std::string target = TRY(fs_.read_link(next));
    if (target.empty())
      return make_error(Errc::not_found, "{}", say("'{}' is an empty link", next.str()));
    if (target.front() == '/') at = GuestPath{};
    push_front(pending, target);
  }
  return at;
}

Result<FileInfo> FollowingFs::stat(const GuestPath& path) {
  return fs_.stat(TRY(resolve(path)));
}

Result<TextFile> FollowingFs::read_text(const GuestPath& path, std::size_t limit) {
  TextFile file;
  file.asked = path;
  file.found = TRY(resolve(path));
  file.info = TRY(fs_.stat(file.found));
  if (file.info.type != FileType::regular)
    return make_error(Errc::invalid, "{}", say("'{}' is not a regular file", path.str()));
  file.text = TRY(fs_.read(file.found, limit));
  file.cut = file.info.size > file.text.size();
  return file;
}

Result<std::vector<FolderEntry>> FollowingFs::list(const GuestPath& folder) {
  return fs_.list(TRY(resolve(folder)));
}

Result<std::vector<FolderItem>> FollowingFs::list_details(const GuestPath& folder) {
  return fs_.list_details(TRY(resolve(folder)));
}

Result<bool> FollowingFs::exists(const GuestPath& path) {
  const auto found = resolve(path);
  if (found) return true;
  const Errc code = found.error().code;
  if (code == Errc::not_found || code == Errc::invalid) return false;
  return found.error();
}

}  // namespace imprint::guest

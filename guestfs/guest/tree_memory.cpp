#include "guestfs/guest/tree_memory.h"

#include <algorithm>

#include "guestfs/language/say.h"

namespace imprint::guest {
namespace {

constexpr std::size_t most_remembered = 50'000;
constexpr std::size_t most_link_bytes = std::size_t{8} << 20;
/// So many entries of a folder take as long as one question.
constexpr std::size_t entries_per_question = 30;

std::vector<std::string> names_of(const std::vector<FolderEntry>& entries) {
  std::vector<std::string> names;
  names.reserve(entries.size());
  for (const FolderEntry& entry : entries) names.push_back(entry.name);
  return names;
}

bool by_name(const FolderEntry& a, const FolderEntry& b) {
  return a.name < b.name;
}

Error not_there(const GuestPath& path) {
  return make_error(Errc::not_found, "{}", say("'{}' does not exist", path.str()));
}

}  // namespace

bool TreeMemory::has_room(std::size_t files) const {
  return files_.size() + files <= most_remembered;
}

TreeMemory::Folder* TreeMemory::remember_folder(const GuestPath& path,
                                                std::vector<FolderEntry> entries) {
  if (const auto known = folders_.find(path); known != folders_.end()) return &known->second;
  if (listed_ + entries.size() > most_remembered) return nullptr;
  listed_ += entries.size();
  return &folders_.emplace(path, Folder{std::move(entries)}).first->second;
}

void TreeMemory::remember(const GuestPath& path, std::optional<FileInfo> info) {
  if (has_room(1)) files_.emplace(path, info);
}

void TreeMemory::remember_link(const GuestPath& path, const std::string& text) {
  if (link_bytes_ + text.size() > most_link_bytes) return;
  link_bytes_ += text.size();
  links_.emplace(path, text);
}

TreeMemory::Folder* TreeMemory::worth_asking_at_once(const GuestPath& path, bool Folder::*done) {
  const auto found = folders_.find(path.parent());
  if (found == folders_.end()) return nullptr;
  Folder& folder = found->second;
  if (folder.*done ||
      !std::binary_search(folder.entries.begin(), folder.entries.end(),
                          FolderEntry{std::string{path.name()}, FileType::unknown}, by_name))
    return nullptr;
  ++folder.asked;
  const bool worth = folder.entries.size() <= folder.asked * entries_per_question;
  return worth && has_room(folder.entries.size()) ? &folder : nullptr;
}

void TreeMemory::remember_all(const GuestPath& path, Folder& folder,
                              const std::vector<FileInfo>& infos) {
  folder.looked_at = has_room(infos.size());
  for (std::size_t i = 0; i < infos.size(); ++i)
    if (infos[i].type != FileType::unknown) remember(path / folder.entries[i].name, infos[i]);
}

std::vector<FileInfo> TreeMemory::remembered_infos(const GuestPath& path,
                                                   const std::vector<FolderEntry>& entries) const {
  std::vector<FileInfo> infos;
  infos.reserve(entries.size());
  for (const FolderEntry& entry : entries) {
    const auto known = files_.find(path / entry.name);
    infos.push_back(known != files_.end() && known->second ? *known->second : FileInfo{});
  }
  return infos;
}

Result<std::optional<std::vector<FolderItem>>> TreeMemory::look_into(const GuestPath& path) {
  auto all = TRY(source_.look_into(path));
  if (!all) return std::optional<std::vector<FolderItem>>{};
  std::sort(all->begin(), all->end(), [](const LookedAtEntry& a, const LookedAtEntry& b) {
    return by_name(a.entry, b.entry);
  });
  const bool kept = has_room(all->size());
  std::vector<FolderEntry> entries;
  std::vector<FolderItem> items;
  for (auto& [entry, looked_at] : *all) {
    const GuestPath at = path / entry.name;
    if (kept && looked_at.info.type != FileType::unknown) remember(at, looked_at.info);
    if (kept && !looked_at.target.empty()) remember_link(at, looked_at.target);
    if (entry.type == FileType::unknown) entry.type = looked_at.info.type;
    if (entry.type == FileType::unknown) entry.type = TRY(source_.look_at(at)).info.type;
    items.push_back({entry.name, looked_at.info});
    entries.push_back(std::move(entry));
  }
  Folder* const folder = remember_folder(path, std::move(entries));
  if (folder != nullptr && kept) folder->looked_at = folder->links_read = true;
  return std::optional{std::move(items)};
}

/// A fault of one entry is told when that entry is asked for by itself.
Result<> TreeMemory::look_at_entries(const GuestPath& path, Folder& folder) {
  if (TRY(look_into(path))) return {};
  const auto infos = source_.look_at_all(path, names_of(folder.entries));
  if (infos)
    remember_all(path, folder, *infos);
  else if (infos.error().code == Errc::unavailable)
    return infos.error();
  return {};
}

Result<FileInfo> TreeMemory::stat(const GuestPath& path) {
  auto known = files_.find(path);
  if (known == files_.end()) {
    if (Folder* const folder = worth_asking_at_once(path, &Folder::looked_at)) {
      TRY(look_at_entries(path.parent(), *folder));
      known = files_.find(path);
    }
  }
  if (known != files_.end()) {
    if (known->second) return *known->second;
    return not_there(path);
  }
  const auto looked_at = source_.look_at(path);
  if (!looked_at) {
    if (looked_at.error().code == Errc::not_found) remember(path, std::nullopt);
    return looked_at.error();
  }
  remember(path, looked_at->info);
  if (!looked_at->target.empty()) remember_link(path, looked_at->target);
  return looked_at->info;
}

Result<> TreeMemory::read_links_of(const GuestPath& path, Folder& folder) {
  std::vector<std::string> names;
  for (const FolderEntry& entry : folder.entries)
    if (entry.type == FileType::link) names.push_back(entry.name);
  folder.links_read = true;
  if (names.empty()) return {};
  const auto texts = TRY(source_.read_links(path, names));
  // An empty one may be a failure, which is told when that link is asked for by itself.
  for (std::size_t i = 0; i < names.size(); ++i)
    if (!texts[i].empty()) remember_link(path / names[i], texts[i]);
  return {};
}

Result<std::string> TreeMemory::read_link(const GuestPath& path) {
  if (const auto known = links_.find(path); known != links_.end()) return known->second;
  if (Folder* const folder = worth_asking_at_once(path, &Folder::links_read)) {
    TRY(read_links_of(path.parent(), *folder));
    if (const auto known = links_.find(path); known != links_.end()) return known->second;
  }
  std::string text = TRY(source_.read_links(path.parent(), {std::string{path.name()}})).front();
  if (text.empty()) text = TRY(source_.read_one_link(path));
  remember_link(path, text);
  return text;
}

Result<std::vector<FolderEntry>> TreeMemory::list(const GuestPath& folder) {
  if (const auto known = folders_.find(folder); known != folders_.end())
    return known->second.entries;
  std::vector<FolderEntry> entries = TRY(source_.names_in(folder));
  // XFS made without ftype tells no types in its folders.
  for (FolderEntry& entry : entries)
    if (entry.type == FileType::unknown) entry.type = TRY(stat(folder / entry.name)).type;
  std::sort(entries.begin(), entries.end(), by_name);
  remember_folder(folder, entries);
  return entries;
}

Result<std::vector<FolderItem>> TreeMemory::list_details(const GuestPath& folder) {
  auto known = folders_.find(folder);
  const bool looked_at = known != folders_.end() && known->second.looked_at;
  if (!looked_at)
    if (auto items = TRY(look_into(folder))) return *std::move(items);
  std::vector<FolderEntry> entries = TRY(list(folder));
  std::vector<FolderItem> items;
  if (entries.empty()) return items;
  known = folders_.find(folder);
  const std::vector<FileInfo> infos = looked_at
                                          ? remembered_infos(folder, entries)
                                          : TRY(source_.look_at_all(folder, names_of(entries)));
  if (!looked_at && known != folders_.end()) remember_all(folder, known->second, infos);
  for (std::size_t i = 0; i < entries.size(); ++i)
    items.push_back({std::move(entries[i].name), infos[i]});
  return items;
}

}  // namespace imprint::guest

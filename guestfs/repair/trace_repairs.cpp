// What those who made the image left behind.

#include <algorithm>
#include <array>

#include "guestfs/language/say.h"
#include "guestfs/repair/repairs.h"

namespace imprint::repair {
namespace {

using guest::FileType;
using guest::FolderItem;
using guest::GuestPath;

constexpr std::size_t most_files = 5000;
constexpr int deepest = 3;  // /var/log/journal/ID/system.journal

/// A folder that really is where its path says: what lies behind a link may be anything.
std::vector<FolderItem> items_of(const Draft& draft, const GuestPath& folder) {
  auto items = draft.fs().raw().list_details(folder);
  return items ? *std::move(items) : std::vector<FolderItem>{};
}

/// "messages-20240107", "syslog.1".
bool ends_with_number(std::string_view name) {
  const std::size_t digits = name.find_last_not_of("0123456789");
  if (digits == std::string_view::npos || digits + 1 == name.size()) return false;
  return name[digits] == '.' || (name[digits] == '-' && name.size() - digits > 6);
}

/// Rotated by logrotate(8) or journald. A journal without content is none, so those go too.
bool is_old_log(std::string_view name) {
  constexpr std::array<std::string_view, 8> endings{".gz",  ".xz",  ".bz2",     ".zst",
                                                    ".old", ".bak", ".journal", ".journal~"};
  return ends_with_number(name) || std::ranges::any_of(endings, [&](std::string_view ending) {
           return name.ends_with(ending);
         });
}

class LogWalk {
 public:
  LogWalk(Draft& draft, const Finding& finding) : draft_{draft}, finding_{finding} {}

  void walk(const GuestPath& folder, int depth) {
    for (const FolderItem& item : items_of(draft_, folder)) {
      const GuestPath path = folder / item.name;
      if (item.info.type == FileType::folder && depth < deepest) walk(path, depth + 1);
      if (item.info.type != FileType::regular || item.info.size == 0 || files_++ >= most_files)
        continue;
      if (is_old_log(item.name))
        draft_.remove(finding_, path.str(),
                      say("it is a log of the machine that the image was made of"));
      else
        draft_.empty(finding_, path.str(),
                     say("it is a log of the machine that the image was made of"));
    }
  }

 private:
  Draft& draft_;
  const Finding& finding_;
  std::size_t files_ = 0;
};

/// What systems make for themselves at each start, and mkfs.
bool is_of_the_system(std::string_view name) {
  constexpr std::array<std::string_view, 6> usual{".X11-unix", ".ICE-unix",  ".font-unix",
                                                  ".XIM-unix", ".Test-unix", "lost+found"};
  return std::ranges::find(usual, name) != usual.end() || name.starts_with("systemd-private-");
}

}  // namespace

void remove_history(Draft& draft, const Finding& finding) {
  draft.remove(finding, finding.path, say("it tells what somebody did"));
}

void clear_logs(Draft& draft, const Finding& finding) {
  const auto folder = GuestPath::parse(finding.path);
  const auto info =
      folder ? draft.fs().raw().stat(*folder) : Result<guest::FileInfo>{folder.error()};
  if (!info || info->type != FileType::folder)
    return draft.keep(finding, say("'{}' is not a folder", finding.path));
  LogWalk{draft, finding}.walk(*folder, 1);
}

void empty_tmp(Draft& draft, const Finding& finding) {
  const auto folder = GuestPath::parse(finding.path);
  const auto info =
      folder ? draft.fs().raw().stat(*folder) : Result<guest::FileInfo>{folder.error()};
  if (!info || info->type != FileType::folder)
    return draft.keep(finding, say("'{}' is not a folder", finding.path));
  for (const FolderItem& item : items_of(draft, *folder))
    if (!is_of_the_system(item.name))
      draft.remove_tree(finding, (*folder / item.name).str(),
                        say("it was left in a folder for temporary files"));
}

void remove_backup(Draft& draft, const Finding& finding) {
  draft.remove(finding, finding.path, say("it holds what is no longer in the file itself"));
}

}  // namespace imprint::repair

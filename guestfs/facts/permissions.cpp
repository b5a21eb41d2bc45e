#include "guestfs/facts/permissions.h"

#include <array>
#include <deque>
#include <set>

#include "guestfs/language/say.h"

namespace imprint::facts {
namespace {

using guest::FileType;
using guest::GuestPath;

constexpr std::size_t most_folders = 600;
constexpr std::size_t most_entries = 60'000;
constexpr std::size_t most_marked = 1000;

struct Start {
  std::string_view path;
  int levels;  ///< how deep; 1: only what is directly in it
};

// What is directly in "/" and "/var" is looked at too: that is where /tmp itself is.
constexpr std::array starts{
    Start{"/", 1},          Start{"/var", 1},         Start{"/usr/bin", 1}, Start{"/usr/sbin", 1},
    Start{"/bin", 1},       Start{"/sbin", 1},        Start{"/etc", 3},     Start{"/tmp", 2},
    Start{"/var/tmp", 2},   Start{"/usr/libexec", 2}, Start{"/opt", 3},     Start{"/srv", 2},
    Start{"/usr/local", 5}, Start{"/var/spool", 2},   Start{"/var/www", 2}};

constexpr int levels_of_a_home = 2;

class Walk {
 public:
  Walk(guest::FollowingFs& fs, PermissionFacts& facts) : fs_{fs}, facts_{facts} {}

  void enqueue(const GuestPath& folder, int levels) {
    if (seen_.insert(folder).second) pending_.push_back({folder, levels});
  }

  void run() {
    for (; !pending_.empty(); pending_.pop_front()) {
      if (folders_ == most_folders || facts_.looked_at >= most_entries) {
        facts_.cut = true;
        return;
      }
      ++folders_;
      look_into(pending_.front().folder, pending_.front().levels);
    }
  }

 private:
  struct Pending {
    GuestPath folder;
    int levels;
  };

  void look_into(const GuestPath& folder, int levels) {
    const auto items = fs_.raw().list_details(folder);
    if (!items) return note(folder, items.error());
    for (const guest::FolderItem& item : *items) {
      if (++facts_.looked_at > most_entries) return;
      const bool is_folder = item.info.type == FileType::folder;
      if (!is_folder && item.info.type != FileType::regular) continue;
      const GuestPath path = folder / item.name;
      mark(path, item.info);
      if (is_folder && levels > 1) enqueue(path, levels - 1);
    }
  }

  void mark(const GuestPath& path, const guest::FileInfo& info) {
    const bool runs_as_another = info.type == FileType::regular && (info.mode & 06000U) != 0;
    if (!runs_as_another && (info.mode & 0002U) == 0) return;
    if (facts_.marked.size() < most_marked)
      facts_.marked.push_back({path.str(), info});
    else
      facts_.cut = true;
  }

  void note(const GuestPath& folder, const Error& error) {
    // Errc::invalid: /bin as a link, whose target is looked at by its own name.
    if (error.code == Errc::exhausted) facts_.cut = true;
    if (error.code == Errc::unavailable || error.code == Errc::corrupt)
      facts_.unknown.push_back(say("'{}' cannot be read: {}", folder.str(), error.message));
  }

  guest::FollowingFs& fs_;
  PermissionFacts& facts_;
  std::deque<Pending> pending_;
  std::set<GuestPath> seen_;
  std::size_t folders_ = 0;
};

}  // namespace

PermissionFacts read_permissions(guest::FollowingFs& fs, const HomeFacts& homes) {
  PermissionFacts facts;
  Walk walk{fs, facts};
  for (const Start& start : starts)
    if (const auto path = GuestPath::parse(start.path)) walk.enqueue(*path, start.levels);
  for (const Home& home : homes.homes) {
    const auto path = GuestPath::parse(home.path);
    if (!home.can_log_in || !path) continue;
    if (const auto real = fs.resolve(*path)) walk.enqueue(*real, levels_of_a_home);
  }
  walk.run();
  return facts;
}

}  // namespace imprint::facts

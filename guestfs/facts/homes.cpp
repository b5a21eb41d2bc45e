#include "guestfs/facts/homes.h"

#include <algorithm>
#include <array>
#include <map>

#include "guestfs/language/say.h"

namespace imprint::facts {
namespace {

using guest::FileType;
using guest::FollowingFs;
using guest::GuestPath;

constexpr std::size_t most_homes = 64;
constexpr std::size_t most_accounts = 300;
constexpr std::size_t most_entries = 2000;

/// Folders of the system that are some account's home on stock systems.
bool is_of_the_system(const GuestPath& path) {
  constexpr std::array<std::string_view, 8> tops{"/bin",  "/sbin", "/usr", "/dev",
                                                 "/proc", "/sys",  "/etc", "/run"};
  // Below /usr/local somebody may really live.
  static const GuestPath local = GuestPath{} / "usr/local";
  return path.str() == "/" || std::any_of(tops.begin(), tops.end(), [&](std::string_view top) {
           return path.is_below(GuestPath{} / top.substr(1)) && !path.is_below(local);
         });
}

bool is_gone(const Error& error) {
  return error.code == Errc::not_found || error.code == Errc::invalid ||
         error.code == Errc::exhausted;
}

class Reader {
 public:
  Reader(FollowingFs& fs, HomeFacts& facts) : fs_{fs}, facts_{facts} {}

  void take(const PasswdRow& user) {
    const auto path = GuestPath::parse(user.home);
    if (!path || is_of_the_system(*path)) return;
    const auto real = fs_.resolve(*path);
    if (!real) return note(user.home, real.error());
    if (is_of_the_system(*real)) return;
    if (const auto known = by_path_.find(real->str()); known != by_path_.end()) {
      Home& home = facts_.homes[known->second];
      home.can_log_in = home.can_log_in || is_login_shell(user.shell);
      return;
    }
    if (facts_.homes.size() == most_homes) return;
    const auto info = fs_.raw().stat(*real);
    if (!info) return note(user.home, info.error());
    if (info->type != FileType::folder) return;
    by_path_.emplace(real->str(), facts_.homes.size());
    facts_.homes.push_back(
        {user.name, user.place, user.uid, is_login_shell(user.shell), user.home, *info, {}});
    fill(facts_.homes.back(), *real);
  }

 private:
  void note(const std::string& path, const Error& error) {
    if (!is_gone(error))
      facts_.unknown.push_back(say("'{}' cannot be read: {}", path, error.message));
  }

  void add_folder(Home& home, const GuestPath& folder, const std::string& prefix) {
    auto items = fs_.raw().list_details(folder);
    if (!items) return note(folder.str(), items.error());
    if (items->size() > most_entries) items->resize(most_entries);
    for (guest::FolderItem& item : *items)
      home.files.push_back({prefix + item.name, (folder / item.name).str(), item.info});
  }

  void fill(Home& home, const GuestPath& real) {
    constexpr std::array<std::string_view, 8> inner{
        ".ssh", ".aws", ".aliyun", ".aliyuncli", ".config", ".kube", ".docker", ".config/gcloud"};
    add_folder(home, real, "");
    for (const std::string_view name : inner) {
      const HomeFile* folder = home.find(name);
      if (folder != nullptr && folder->info.type == FileType::folder)
        add_folder(home, real / name, std::string{name} + "/");
    }
  }

  FollowingFs& fs_;
  HomeFacts& facts_;
  std::map<std::string, std::size_t> by_path_;
};

}  // namespace

const HomeFile* Home::find(std::string_view name) const {
  const auto file = std::find_if(files.begin(), files.end(),
                                 [&](const HomeFile& each) { return each.name == name; });
  return file == files.end() ? nullptr : &*file;
}

bool is_login_shell(std::string_view shell) {
  constexpr std::array<std::string_view, 8> closed{"nologin", "false", "true",     "sync",
                                                   "halt",    "null",  "shutdown", "git-shell"};
  const std::size_t slash = shell.rfind('/');
  const std::string_view name = slash == std::string_view::npos ? shell : shell.substr(slash + 1);
  return std::find(closed.begin(), closed.end(), name) == closed.end();
}

HomeFacts read_homes(FollowingFs& fs, const AccountFacts& accounts) {
  HomeFacts facts;
  if (accounts.passwd.is_unreadable()) facts.unknown.push_back(describe_state(accounts.passwd));
  Reader reader{fs, facts};
  std::size_t looked_at = 0;
  for (const PasswdRow& user : accounts.users)
    if (looked_at++ < most_accounts) reader.take(user);
  return facts;
}

}  // namespace imprint::facts

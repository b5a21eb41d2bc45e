#include "agent/daemon/access.h"

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <charconv>
#include <limits>
#include <type_traits>

namespace imprint::daemon {
namespace {

// The largest entry of a user database that we read; groups list their members there.
constexpr std::size_t entry_limit = std::size_t{1} << 20;

std::optional<uid_t> find_user(const std::string& name) {
  std::vector<char> buffer(entry_limit);
  passwd entry{};
  passwd* found = nullptr;
  ::getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found);
  return found == nullptr ? std::nullopt : std::optional{found->pw_uid};
}

std::optional<gid_t> find_group(const std::string& name) {
  std::vector<char> buffer(entry_limit);
  group entry{};
  group* found = nullptr;
  ::getgrnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found);
  return found == nullptr ? std::nullopt : std::optional{found->gr_gid};
}

std::optional<unsigned> find_number(const std::string& text) {
  unsigned number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, fault] = std::from_chars(text.data(), end, number);
  // The last number means "nobody in particular" to the kernel.
  const bool fits =
      fault == std::errc{} && stop == end && number != std::numeric_limits<unsigned>::max();
  return fits ? std::optional{number} : std::nullopt;
}

Result<> add_member(const std::string& entry, const char* key, api::Members& members) {
  const auto colon = entry.find(':');
  const std::string kind = entry.substr(0, colon);
  const std::string name = colon == std::string::npos ? "" : entry.substr(colon + 1);
  const bool user = kind == "uid" || kind == "user";
  const auto number = kind == "uid" || kind == "gid" ? find_number(name)
                      : kind == "user"               ? find_user(name)
                      : kind == "group"              ? find_group(name)
                                                     : std::nullopt;
  if (!number)
    return make_error(
        Errc::invalid,
        "key 'access.{}': '{}' names no user or group (uid:N, gid:N, user:NAME, group:NAME)", key,
        entry);
  (user ? members.users : members.groups).insert(*number);
  return {};
}

Result<api::Members> members_of(const std::vector<std::string>& entries, const char* key) {
  api::Members members;
  for (const auto& entry : entries) TRY(add_member(entry, key, members));
  return members;
}

}  // namespace

Result<gid_t> socket_group(const config::Socket& socket) {
  if (socket.group.empty()) return ::getegid();
  if (const auto group = find_group(socket.group)) return *group;
  return make_error(Errc::invalid, "key 'socket.group': no group '{}'", socket.group);
}

Result<api::Access> resolve_access(const config::Config& config) {
  api::Access access;
  access.viewers = TRY(members_of(config.access.viewers, "viewers"));
  access.operators = TRY(members_of(config.access.operators, "operators"));
  access.admins = TRY(members_of(config.access.admins, "admins"));
  access.operators.groups.insert(TRY(socket_group(config.socket)));
  return access;
}

}  // namespace imprint::daemon

#include "guestfs/facts/ostree.h"

#include <algorithm>

#include "guestfs/facts/kernel_cmdline.h"
#include "guestfs/facts/source_file.h"
#include "guestfs/language/say.h"

namespace imprint::facts {

using guest::Deployment;
using guest::FileType;
using guest::GuestPath;
using guest::Match;

namespace {

/// The first one counts.
std::optional<std::string> ostree_word(const std::string& cmdline) {
  for (const CmdlineWord& word : cmdline_words(cmdline))
    if (word.key == "ostree" && word.value) return word.value;
  return std::nullopt;
}

GuestPath physical_root(guest::FollowingFs& fs) {
  const GuestPath sysroot = GuestPath{} / "sysroot";
  const auto shown = fs.exists(sysroot / "ostree");
  return shown && *shown ? sysroot : GuestPath{};
}

/// Where the link leads. Errc::not_found and invalid are its own fault.
Result<GuestPath> follow(guest::FollowingFs& fs, const GuestPath& link) {
  const GuestPath folder = TRY(fs.resolve(link.parent()));
  if (TRY(fs.raw().stat(folder / link.name())).type != FileType::link)
    return make_error(Errc::invalid, "{}", say("'{}' is not a link", link.str()));
  GuestPath root = TRY(fs.resolve(link));
  if (!TRY(fs.exists(root / "usr")))
    return make_error(Errc::not_found, "{}", say("'{}' holds no /usr", root.str()));
  return root;
}

bool is_one_of(const std::vector<Deployment>& deployments, const Deployment& wanted) {
  return std::find(deployments.begin(), deployments.end(), wanted) != deployments.end();
}

}  // namespace

std::optional<BootFile> read_deployment(guest::FollowingFs& fs, const BootEntry& entry) {
  const auto written = ostree_word(entry.cmdline);
  if (!written) return std::nullopt;
  BootFile result{*written, entry.cmdline_place, Match::unknown, {}, 0, {}};
  const auto root = follow(fs, physical_root(fs) / *written);
  if (root) {
    result.match = Match::found;
    result.path = root->str();
  } else {
    if (is_of_the_guest(root.error().code)) result.match = Match::absent;
    result.why = root.error().message;
  }
  return result;
}

Deployment choose_deployment(guest::FollowingFs& physical, const Boot& boot,
                             const std::vector<Deployment>& deployments) {
  const auto started_by = [&](const BootEntry& entry) -> std::optional<Deployment> {
    const auto target = read_deployment(physical, entry);
    const auto root = target ? GuestPath::parse(target->path) : Result<GuestPath>{Error{}};
    auto named = root ? guest::deployment_at(*root) : std::nullopt;
    return named && is_one_of(deployments, *named) ? std::move(named) : std::nullopt;
  };
  const BootEntry* by_default = boot.default_or_null();
  if (by_default != nullptr)
    if (auto chosen = started_by(*by_default)) return *std::move(chosen);
  std::vector<Deployment> named;
  for (const BootEntry& entry : boot.entries)
    if (auto other = started_by(entry)) named.push_back(*std::move(other));
  for (const Deployment& deployment : deployments)
    if (!is_one_of(named, deployment)) return deployment;
  return named.front();
}

}  // namespace imprint::facts

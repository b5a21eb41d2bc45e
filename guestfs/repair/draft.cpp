#include "guestfs/repair/draft.h"

#include <algorithm>
#include <array>

#include "guestfs/language/say.h"

namespace imprint::repair {
namespace {

using Action = Change::Action;
using guest::FileType;
using guest::GuestPath;

/// Whose drivers of Linux write whatever a guest's own would.
bool is_written(std::string_view filesystem) {
  constexpr std::array<std::string_view, 5> types{"ext2", "ext3", "ext4", "xfs", "btrfs"};
  return std::ranges::find(types, filesystem) != types.end();
}

bool needs_regular_file(Action action) {
  return action == Action::rewrite || action == Action::empty;
}

void add_reason(std::vector<Reason>& reasons, const Finding& finding, const std::string& text) {
  const bool known = std::ranges::any_of(
      reasons, [&](const Reason& each) { return each.rule == finding.rule && each.text == text; });
  if (!known) reasons.push_back({finding.rule, text});
}

/// What is removed, and whether all that is below it goes too.
std::map<std::string, bool> removed_paths(const RepairPlan& plan) {
  std::map<std::string, bool> removed;
  for (const Change& change : plan.changes)
    if (change.action == Action::remove || change.action == Action::remove_tree)
      removed[change.path] |= change.action == Action::remove_tree;
  return removed;
}

/// What a removal takes along needs no change of its own.
bool is_covered(const Change& change, const std::map<std::string, bool>& removed) {
  if (change.action == Action::unfreeze) return false;
  const auto same = removed.find(change.path);
  if (same != removed.end() && change.action != Action::remove_tree &&
      (same->second || change.action != Action::remove))
    return true;
  return std::ranges::any_of(removed, [&](const auto& other) {
    return other.second && change.path.starts_with(other.first + "/");
  });
}

}  // namespace

void Draft::keep(const Finding& finding, std::string why) {
  kept_.push_back({finding.rule, finding.path, finding.line, std::move(why)});
}

const facts::MountedVolume* Draft::mount_of(const std::string& path) const {
  const auto parsed = GuestPath::parse(path);
  const facts::MountedVolume* best = nullptr;
  for (const facts::MountedVolume& mount : facts().mounts) {
    const auto at = GuestPath::parse(mount.mount_point);
    if (!parsed || !at || !parsed->is_below(*at)) continue;
    if (best == nullptr || mount.mount_point.size() > best->mount_point.size()) best = &mount;
  }
  return best;
}

std::string Draft::obstacle_of(const facts::MountedVolume& mount) const {
  const auto& volumes = subject_.context.inventory.volumes;
  if (mount.volume >= volumes.size()) return say("it lies on no known file system");
  const guest::Volume& volume = volumes[mount.volume];
  if (!is_written(volume.filesystem))
    return say("it lies on '{}', and file systems of the type '{}' are not written", volume.device,
               volume.filesystem);
  // Without a journal nothing but a check makes good what an unclean end left behind.
  if (volume.state &&
      (volume.state->errors || (volume.state->dirty && volume.filesystem == "ext2")))
    return say("the file system on '{}' must be checked first: run e2fsck, or what its type has",
               volume.device);
  // What several disks hold together would be written to one of them only.
  const bool is_shared = std::ranges::any_of(volumes, [&](const guest::Volume& other) {
    return &other != &volume && other.disk != volume.disk && !volume.uuid.empty() &&
           other.uuid == volume.uuid;
  });
  if (subject_.has_companions && (volume.disk != 0 || is_shared))
    return say("it does not lie on the first disk alone, and no other is written");
  return "";
}

std::string Draft::refusal() const {
  if (facts().windows) return say("a Windows guest is not repaired");
  const facts::MountedVolume* root = mount_of("/");
  return root == nullptr ? say("it lies on no known file system") : obstacle_of(*root);
}

std::string Draft::obstacle(const std::string& path, Action action) const {
  const auto parsed = GuestPath::parse(path);
  if (!parsed) return parsed.error().message;
  const facts::MountedVolume* mount = mount_of(path);
  if (mount == nullptr) return say("it lies on no known file system");
  if (std::string why = obstacle_of(*mount); !why.empty()) return why;
  const auto info = fs().raw().stat(*parsed);
  if (action == Action::create) return info ? say("'{}' is there already", path) : std::string{};
  if (!info) return info.error().message;
  if (needs_regular_file(action)) {
    if (info->type != FileType::regular) return say("'{}' is not a regular file", path);
    const auto names =
        subject_.count_names ? subject_.count_names(*parsed) : Result{std::uint64_t{1}};
    if (!names) return names.error().message;
    if (*names > 1) return say("'{}' has {} names: another file would change too", path, *names);
  }
  if (action == Action::remove && info->type == FileType::folder)
    return say("'{}' is a folder", path);
  return "";
}

Change* Draft::add(const Finding& finding, Action action, const std::string& path,
                   const std::string& reason) {
  const auto key = std::pair{action, path};
  if (!changes_.contains(key)) {
    if (std::string why = obstacle(path, action); !why.empty()) {
      keep(finding, std::move(why));
      return nullptr;
    }
    changes_[key] = Change{action, path, {}, {}, {}};
  }
  Change& change = changes_[key];
  add_reason(change.reasons, finding, reason);
  return &change;
}

Draft::Rewrite* Draft::rewrite_of(const Finding& finding, const std::string& path,
                                  const std::string& text, const std::string& reason) {
  if (!rewrites_.contains(path)) {
    if (std::string why = obstacle(path, Action::rewrite); !why.empty()) {
      keep(finding, std::move(why));
      return nullptr;
    }
    rewrites_[path].before = text;
  }
  Rewrite& rewrite = rewrites_[path];
  add_reason(rewrite.reasons, finding, reason);
  return &rewrite;
}

Draft::Rewrite* Draft::rewrite_of(const Finding& finding, const facts::SourceFile& file,
                                  const std::string& reason) {
  if (file.is_read() && !file.cut) return rewrite_of(finding, file.found, file.text, reason);
  keep(finding, say("'{}' was not read in full", file.path));
  return nullptr;
}

bool Draft::comment_out(const Finding& finding, const facts::SourceFile& file, int line,
                        const std::string& remark, const std::string& reason) {
  Rewrite* rewrite = rewrite_of(finding, file, reason);
  if (rewrite != nullptr) rewrite->edits.emplace(line, LineEdit{remark, std::nullopt});
  return rewrite != nullptr;
}

bool Draft::replace_line(const Finding& finding, const facts::SourceFile& file, int line,
                         const std::string& content, const std::string& reason) {
  Rewrite* rewrite = rewrite_of(finding, file, reason);
  if (rewrite != nullptr) rewrite->edits.emplace(line, LineEdit{std::nullopt, content});
  return rewrite != nullptr;
}

bool Draft::clear(const Finding& finding, const std::string& path, const std::string& text,
                  const std::string& reason) {
  Rewrite* rewrite = rewrite_of(finding, path, text, reason);
  if (rewrite != nullptr) rewrite->cleared = true;
  return rewrite != nullptr;
}

bool Draft::empty(const Finding& finding, const std::string& path, const std::string& reason) {
  return add(finding, Action::empty, path, reason) != nullptr;
}

bool Draft::remove(const Finding& finding, const std::string& path, const std::string& reason,
                   const std::string& text) {
  Change* change = add(finding, Action::remove, path, reason);
  if (change != nullptr) change->before = text;
  return change != nullptr;
}

bool Draft::remove_tree(const Finding& finding, const std::string& path,
                        const std::string& reason) {
  return add(finding, Action::remove_tree, path, reason) != nullptr;
}

bool Draft::create(const Finding& finding, const std::string& path, const std::string& reason) {
  return add(finding, Action::create, path, reason) != nullptr;
}

bool Draft::unfreeze(const Finding& finding, const std::string& path, const std::string& reason) {
  return add(finding, Action::unfreeze, path, reason) != nullptr;
}

void Draft::add_volumes(RepairPlan& plan) const {
  for (const facts::MountedVolume& mount : facts().mounts) {
    const bool is_needed = std::ranges::any_of(
        plan.changes, [&](const Change& change) { return mount_of(change.path) == &mount; });
    if (!is_needed) continue;
    const guest::Volume& volume = subject_.context.inventory.volumes[mount.volume];
    plan.volumes.push_back({volume.device, volume.filesystem, mount.mount_point, mount.folder});
  }
}

RepairPlan Draft::finish() {
  RepairPlan plan;
  // A folder that nobody can write to comes first, then what is in it. The key is the action.
  for (auto& [key, change] : changes_)
    if (key.first == Action::unfreeze) plan.changes.push_back(std::move(change));
  for (auto& [path, rewrite] : rewrites_) {
    std::string after = rewrite.cleared ? "" : edit_lines(rewrite.before, rewrite.edits);
    plan.changes.push_back(
        {Action::rewrite, path, rewrite.before, std::move(after), std::move(rewrite.reasons)});
  }
  for (auto& [key, change] : changes_)
    if (key.first != Action::unfreeze) plan.changes.push_back(std::move(change));
  std::erase_if(plan.changes, [removed = removed_paths(plan)](const Change& change) {
    return is_covered(change, removed);
  });
  plan.kept = std::move(kept_);
  add_volumes(plan);
  return plan;
}

}  // namespace imprint::repair

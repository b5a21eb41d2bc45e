#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "guestfs/repair/line_edits.h"
#include "guestfs/repair/plan.h"
#include "guestfs/rules/profile.h"

namespace imprint::repair {

/// What a repair is planned from. All of it must outlive the planning.
struct Subject {
  const rules::Context& context;  ///< of the one system that was judged
  const std::vector<Finding>& findings;
  const std::vector<rules::Profile>& profiles;
  bool has_companions = false;  ///< only the first disk is ever written
  /// How many names a file of the guest has; empty: each has one.
  std::function<Result<std::uint64_t>(const guest::GuestPath&)> count_names = {};
};

/// A plan in the making. Each of the changing calls answers a finding; where the file is not one
/// that can be changed so, nothing is planned, the finding is kept with that reason, and the call
/// returns false. Paths are taken as they stand: one that leads through a link is refused, so
/// whoever wants to follow it resolves it first, inside the guest.
class Draft {
 public:
  explicit Draft(const Subject& subject) : subject_{subject} {}

  [[nodiscard]] const Subject& subject() const noexcept { return subject_; }
  [[nodiscard]] const facts::Facts& facts() const noexcept { return subject_.context.facts; }
  [[nodiscard]] guest::FollowingFs& fs() const noexcept { return subject_.context.fs; }

  /// The finding stays, and why.
  void keep(const Finding& finding, std::string why);

  /// Makes a line of a text file a comment. `file` was read by the facts, in full.
  bool comment_out(const Finding& finding, const facts::SourceFile& file, int line,
                   const std::string& remark, const std::string& reason);
  /// Replaces a line's content.
  bool replace_line(const Finding& finding, const facts::SourceFile& file, int line,
                    const std::string& content, const std::string& reason);
  /// Takes the content out of a file; `text`, its content, is shown.
  bool clear(const Finding& finding, const std::string& path, const std::string& text,
             const std::string& reason);
  /// The same for a file whose content is not shown.
  bool empty(const Finding& finding, const std::string& path, const std::string& reason);
  /// Removes a file or a link; `text`, if it is given, is shown.
  bool remove(const Finding& finding, const std::string& path, const std::string& reason,
              const std::string& text = {});
  /// Removes what is there, a folder with all that it holds.
  bool remove_tree(const Finding& finding, const std::string& path, const std::string& reason);
  bool create(const Finding& finding, const std::string& path, const std::string& reason);
  bool unfreeze(const Finding& finding, const std::string& path, const std::string& reason);

  /// Why nothing of the guest can be repaired; empty: it can.
  [[nodiscard]] std::string refusal() const;

  /// The plan, in the order in which it is carried out.
  RepairPlan finish();

 private:
  struct Rewrite {
    std::string before;
    std::map<int, LineEdit> edits;
    bool cleared = false;
    std::vector<Reason> reasons;
  };

  Change* add(const Finding& finding, Change::Action action, const std::string& path,
              const std::string& reason);
  Rewrite* rewrite_of(const Finding& finding, const std::string& path, const std::string& text,
                      const std::string& reason);
  Rewrite* rewrite_of(const Finding& finding, const facts::SourceFile& file,
                      const std::string& reason);
  /// Why the file cannot be changed so; empty if it can.
  std::string obstacle(const std::string& path, Change::Action action) const;
  [[nodiscard]] const facts::MountedVolume* mount_of(const std::string& path) const;
  /// Why nothing is written to that volume; empty if it may be.
  [[nodiscard]] std::string obstacle_of(const facts::MountedVolume& mount) const;
  void add_volumes(RepairPlan& plan) const;

  const Subject& subject_;
  std::map<std::string, Rewrite> rewrites_;
  std::map<std::pair<Change::Action, std::string>, Change> changes_;
  std::vector<UnrepairedFinding> kept_;
};

}  // namespace imprint::repair

#pragma once
// What is to be changed in a guest, and why: decided before anything is written.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.h"
#include "agent/model/repair_report.h"

namespace imprint::repair {

struct Reason {
  std::string rule;
  std::string text;  ///< in the language spoken
};

/// What happens to one file of the guest.
struct Change {
  enum class Action {
    unfreeze,     ///< the attribute letters "i" and "a" are taken off
    rewrite,      ///< another content, in place
    empty,        ///< no content, in place
    remove,       ///< a file or a link
    remove_tree,  ///< a folder with all that it holds, too
    create,       ///< an empty file
  };
  Action action = Action::rewrite;
  std::string path;    ///< where it is in the guest; no part of it is a link
  std::string before;  ///< of what is rewritten: its bytes; of what is removed: those to be shown
  std::string after;   ///< of what is rewritten
  std::vector<Reason> reasons;
};

std::string_view to_string(Change::Action action) noexcept;
Result<Change::Action> parse_action(std::string_view text);

/// A volume that is written to.
struct WrittenVolume {
  std::string device;      ///< the appliance's name, which depends on the disks' order alone
  std::string filesystem;  ///< "ext4"
  std::string mount_point;
  std::string folder;  ///< what of it is shown there; empty: its top
};

struct RepairPlan {
  std::string refusal;  ///< why nothing of this image can be repaired; empty: it can
  std::vector<WrittenVolume> volumes;
  std::vector<Change> changes;  ///< in the order in which they are made; one a file and action
  std::vector<UnrepairedFinding> kept;  ///< the findings that stay
};

/// The plan as it is handed from the worker that made it to the one that carries it out. Bytes
/// above 0x7f become the code points of their number, so that none is lost. Pure.
Json to_json(const RepairPlan& plan);
/// Reads what to_json wrote. Errc::invalid with the place.
Result<RepairPlan> parse_plan(const Json& json);

/// The changes as a report shows them: with a unified diff of each text, in which no line is shown
/// that may hold a secret. Pure.
std::vector<RepairChange> shown_changes(const RepairPlan& plan);

}  // namespace imprint::repair

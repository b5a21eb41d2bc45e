#pragma once
// What a repair says of an image: the key `repair` of a report (schema "imprint.report/1").

#include <optional>
#include <string>
#include <vector>

#include "agent/model/report.h"

namespace imprint {

/// What a repair does to one file of the guest.
struct RepairChange {
  std::string path;
  std::string action;  ///< "unfreeze", "rewrite", "empty", "remove", "remove_tree", "create"
  std::vector<std::string> rules;    ///< that it answers, each once
  std::vector<std::string> reasons;  ///< each once
  std::string diff;                  ///< unified; empty where no text is shown
};

/// A finding that a repair leaves as it is.
struct UnrepairedFinding {
  std::string rule;
  std::string path;
  std::optional<int> line;
  std::string why;
};

/// An image as it was before its repair.
struct UnrepairedImage {
  std::string path;
  std::string sha256;
  Verdict verdict = Verdict::undetermined;
  std::vector<Finding> findings;
};

struct RepairReport {
  std::string output;   ///< where the repaired copy is, or would be
  bool done = false;    ///< the copy is there
  std::string refusal;  ///< why nothing can be repaired; empty: it can
  UnrepairedImage before;
  std::optional<Verdict> after;  ///< of the copy
  std::vector<RepairChange> changes;
  std::vector<UnrepairedFinding> unrepaired;
};

Json to_json(const RepairReport& repair);
/// The report, with the repair beside its images.
Json to_json(const Report& report, const RepairReport& repair);

}  // namespace imprint

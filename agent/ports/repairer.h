#pragma once

#include "agent/model/repair_report.h"
#include "agent/ports/inspector.h"

namespace imprint {

struct RepairOrder {
  Inspection inspection;
  std::filesystem::path output;  ///< of the repaired copy; must not exist
  bool dry_run = false;          ///< only say what would be changed
};

struct RepairedImage {
  ImageReport report;  ///< of the copy if it was made, otherwise of the image
  RepairReport repair;
};

/// Repairs what a check finds, on a copy. Thread-safe.
class Repairer {
 public:
  virtual ~Repairer() = default;

  /// Checks the image, copies it, changes the copy, and checks that. Success: reports of both. The
  /// copy is at `output`, synced, unless nothing but a dry run was asked for or the image is none
  /// that can be repaired, which is no Error: RepairReport::refusal says so. Copies of raw and
  /// qcow2 keep their format and holes; others become qcow2. The image is never written to, and
  /// `output` is complete or absent. Errors beside those of Inspector::inspect: conflict (`output`
  /// exists, or the image changed meanwhile), exhausted (no space), corrupt (a file system cannot
  /// be written).
  virtual Result<RepairedImage> repair(const RepairOrder& order) = 0;
};

}  // namespace imprint

#pragma once

#include "agent/ports/repairer.h"
#include "guestfs/inspect/worker_inspector.h"

namespace imprint::repair {

/// Repairs in worker processes, each in a sandbox: one reads the image and plans, one writes the
/// copy by the plan, one reads the copy as any image is read. The copy is made in a private folder
/// beside the output and gets its place when it is complete. Keeps the contract of Repairer.
class WorkerRepairer : public Repairer {
 public:
  explicit WorkerRepairer(inspect::WorkerSettings settings = {})
      : settings_{std::move(settings)}, inspector_{settings_} {}

  Result<RepairedImage> repair(const RepairOrder& order) override;

 private:
  inspect::WorkerSettings settings_;
  inspect::WorkerInspector inspector_;
};

}  // namespace imprint::repair

#pragma once

#include <filesystem>

#include "agent/base/command.h"
#include "agent/base/sync.h"
#include "agent/model/json.h"
#include "agent/ports/clock.h"
#include "agent/ports/inspector.h"

namespace imprint::inspect {

struct WorkerSettings {
  std::filesystem::path worker;        ///< imprint-inspect; empty: find_worker() looks for it
  std::filesystem::path cache_folder;  ///< of the appliance; empty: default_cache_folder()
  /// Tells on which day waivers hold; must outlive the inspector. Null: the system's.
  const Clock* clock = nullptr;
};

/// Where imprint-inspect is: what the variable IMPRINT_INSPECT names, else beside this program,
/// else in libexec. Errc::unavailable if it is in none of them.
Result<std::filesystem::path> find_worker();

/// Makes the appliance and its saved state in a cache folder, so that no check has to: for the
/// packages' installation. Takes half a minute where nothing is there. Errors as of
/// prepare_appliance() and appliance::prepare_state().
Result<> prepare_for_checks(const std::filesystem::path& cache_folder);

/// Inspects in a worker process that can read the image, the appliance and the system's programs,
/// can write one private folder, and is killed with its QEMU at the time limit. Keeps the contract
/// of Inspector; a worker that dies or prints nonsense gives a report with the verdict
/// undetermined.
class WorkerInspector : public Inspector {
 public:
  explicit WorkerInspector(WorkerSettings settings = {}) : settings_{std::move(settings)} {}

  Result<ImageReport> inspect(const Inspection& inspection) override;
  /// In one worker, which prints the report of an image as soon as the machine has shown that
  /// nothing is left of it.
  std::vector<std::optional<ImageReport>> inspect_together(
      const Inspection& common, const std::vector<std::filesystem::path>& images) override;
  Result<std::optional<Unpacked>> unpack(const Unpacking& unpacking) override;
  [[nodiscard]] std::string ruleset() const override;
  [[nodiscard]] ApplianceUse appliance() const override { return *last_use_.lock(); }

  /// A report, and what a repair of the image would change: guestfs/repair/plan.h reads it; null if
  /// the worker made no plan.
  struct Planned {
    ImageReport report;
    Json plan;
  };
  /// As inspect(), with the plan.
  Result<Planned> plan_repair(const Inspection& inspection);

 private:
  [[nodiscard]] const Clock& clock() const;
  Result<Planned> run(const Inspection& asked, bool plans);

  WorkerSettings settings_;
  mutable Sync<ApplianceUse> last_use_;
};

}  // namespace imprint::inspect

#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "agent/base/accelerator.h"
#include "agent/base/command.h"
#include "guestfs/appliance/prepare_state.h"
#include "guestfs/inspect/private_folder.h"
#include "guestfs/inspect/worker_inspector.h"

namespace imprint::inspect {

/// What one run of the worker needs, all of it ready.
struct Workplace {
  std::filesystem::path worker;
  std::filesystem::path appliance;  ///< empty: there is none, and the worker starts none
  Accelerator accelerator;
  PrivateFolder temp;  ///< the only folder that the worker may write to
  std::optional<appliance::PreparedState> saved = std::nullopt;
  std::string not_saved = {};  ///< why there is no saved state, if one was asked for
};

/// One without an appliance. Errc::unavailable: the worker is missing.
Result<Workplace> bare_workplace(const WorkerSettings& settings);

/// One with the appliance and, where that is to be restored, its saved state: what is missing is
/// made, and the workplace says why there is no state if there can be none. Errc::unavailable:
/// worker or appliance missing.
Result<Workplace> prepare_workplace(const WorkerSettings& settings, bool restore);

/// The same where nothing has to be made; none: something has. Errors as there.
Result<std::optional<Workplace>> find_workplace(const WorkerSettings& settings, bool restore);

/// The worker with the options that name the workplace, in a sandbox that may read the system's
/// programs, the workplace and `disks`. The caller adds what it is asked to do.
Command command_at(const Workplace& place, const std::vector<std::filesystem::path>& disks,
                   std::chrono::seconds time_limit);

}  // namespace imprint::inspect

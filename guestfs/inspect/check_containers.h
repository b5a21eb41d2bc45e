#pragma once

#include <optional>
#include <vector>

#include "guestfs/guest/appliance.h"
#include "guestfs/inspect/inspect_image.h"
#include "guestfs/inspect/ledger.h"

namespace imprint::inspect {

/// Judges the files of an image and of its companions by their first bytes, and where that lets
/// them pass, by QEMU's opinion of them. What is packed is unpacked into the task's folder first.
/// Returns what the appliance may open; nothing if any of them must not be opened or cannot be
/// read, which the ledger then tells. `facts`: of the image itself.
std::optional<std::vector<guest::ApplianceDrive>> check_containers(const Task& task, Ledger& ledger,
                                                                   ContainerFacts& facts);

}  // namespace imprint::inspect

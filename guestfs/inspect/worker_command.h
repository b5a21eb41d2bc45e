#pragma once

#include <optional>

#include "agent/base/command.h"
#include "agent/ports/inspector.h"
#include "guestfs/inspect/orders.h"
#include "guestfs/inspect/workplace.h"

namespace imprint::inspect {

/// What the worker is to print.
enum class WorkerAnswer {
  report,
  report_and_plan,  ///< of a repair
  refusal,          ///< of the container gate; null where that lets the image pass
};

/// The worker's command for one image and its companions, which have absolute paths. The place must
/// outlive the command.
Command command_for(const Inspection& inspection, const Workplace& place, const Orders& orders,
                    WorkerAnswer answer);

/// The report of an image that the container gate refuses, which needs no appliance; nothing where
/// the gate lets it pass, or the worker does not work, which the inspection itself will tell.
std::optional<ImageReport> ask_gate(const Inspection& inspection, const WorkerSettings& settings,
                                    const Orders& orders);

}  // namespace imprint::inspect

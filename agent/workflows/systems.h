#pragma once

#include <optional>

#include "agent/model/image.h"
#include "agent/model/instance.h"
#include "agent/workflows/run.h"

namespace imprint::workflows {

/// A system of the image that does not exist yet, with an identity of its own. The caller says how
/// large its disk is; its files get their paths when they are made. Errc::invalid: a confirm signal
/// that makes no sense; and as of policy::choose_firmware.
Result<System> fresh_system(const Image& image, const std::optional<Firmware>& firmware,
                            const std::optional<ConfirmSignal>& confirm);

/// Removes disk and seed of a system that the instance does not use any more, and the image's bytes
/// if nothing else needs them. Files that are gone already are fine. Errc::conflict: the
/// hypervisor's definition names the disk; denied: it is a data disk.
Result<> remove_system(Run& run, const Instance& instance, const System& system);

}  // namespace imprint::workflows

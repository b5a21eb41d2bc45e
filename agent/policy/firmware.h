#pragma once

#include <optional>

#include "agent/model/image.h"
#include "agent/model/instance.h"

namespace imprint::policy {

/// BIOS unless the image boots by UEFI only; what is asked for if the image can. Where inspection
/// could not tell what it can, any is allowed. Errc::invalid: the image cannot boot by the firmware
/// asked for. Pure.
Result<Firmware> choose_firmware(const Image& image, std::optional<Firmware> requested);

}  // namespace imprint::policy

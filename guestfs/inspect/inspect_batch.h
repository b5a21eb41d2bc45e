#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <vector>

#include "guestfs/inspect/inspect_image.h"

namespace imprint::inspect {

/// Inspects images one after the other in one appliance, which `common` must name a saved state of;
/// the rest of it, but for the image, holds for each. `tell` gets the number of an image and its
/// report as soon as the report counts: the image was plain, nothing of it stayed open, and after
/// it the machine has shown that nothing is left of it, as after each one before. Ends early where
/// that cannot be shown. An image that is not told of has to be inspected by itself. No byte of an
/// image is looked at before all earlier ones are done, so none can change what was told of those.
void inspect_batch(const Task& common, const std::vector<std::filesystem::path>& images,
                   const std::function<void(std::size_t, const ImageReport&)>& tell);

}  // namespace imprint::inspect

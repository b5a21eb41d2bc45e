#pragma once

#include <filesystem>

#include "agent/base/result.h"

namespace imprint::store {

/// What an image's file was like when its digest was known to be right: size, time of change and a
/// digest of a sample of its bytes. It is kept beside the image, so that each use of it can tell
/// cheaply whether somebody has changed it.
[[nodiscard]] std::filesystem::path seal_path(const std::filesystem::path& image);

/// Writes the seal of the file as it is now.
Result<> seal_image(const std::filesystem::path& image);
/// Seals a file that has no seal, such as one whose sealing was interrupted.
Result<> seal_if_unsealed(const std::filesystem::path& image);
/// Removes the seal, and what an interrupted sealing left. None is fine.
Result<> remove_seal(const std::filesystem::path& image);

/// Errc::corrupt: the file is not as it was sealed. A file without a seal passes: it was stored by
/// an older version, and its next full reading seals it.
Result<> check_seal(const std::filesystem::path& image);

}  // namespace imprint::store

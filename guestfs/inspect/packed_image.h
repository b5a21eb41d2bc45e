#pragma once

#include <filesystem>
#include <optional>

#include "agent/model/report.h"

namespace imprint::inspect {

/// What to read in place of a file, and why not.
struct Unwrapped {
  std::filesystem::path path;            ///< the file itself if it is not packed
  std::optional<Finding> finding;        ///< the image is at fault: a bomb, or damaged
  std::optional<std::string> undecided;  ///< there is no room to tell
};

/// Whether there is something to unpack; false where that cannot be told.
bool is_packed(const std::filesystem::path& image);

/// Unpacks a packed image into `target`, one layer, within the room that its file system has and a
/// fixed bound. Blocks for as long as that takes.
Unwrapped unwrap(const std::filesystem::path& image, const std::filesystem::path& target);

}  // namespace imprint::inspect

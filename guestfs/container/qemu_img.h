#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "agent/base/result.h"

namespace imprint::container {

/// What `qemu-img info --output=json` prints of an image that judge() found no error in. QEMU runs
/// in a sandbox that can read this one file and the system's programs, with limits on memory,
/// processor and time, so that a header which fooled us makes it open nothing else. `format` is
/// ours; QEMU does not guess. Errc::corrupt: QEMU refuses the image; not_found: no such file, or
/// qemu-img is not installed; unavailable: the limits were reached. Blocks, for milliseconds as a
/// rule; safe from any thread.
Result<std::string> qemu_img_info(const std::filesystem::path& path, std::string_view format);

}  // namespace imprint::container

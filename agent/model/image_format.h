#pragma once

#include <string_view>

#include "agent/base/result.h"

namespace imprint {

/// What an image may come in. In the store every image is qcow2.
enum class ImageFormat { qcow2, raw, vmdk, vhd, vhdx };
std::string_view to_string(ImageFormat format) noexcept;
Result<ImageFormat> parse_image_format(std::string_view text);

}  // namespace imprint

#pragma once
// Which image a name means. Pure.

#include <optional>
#include <string>
#include <vector>

#include "agent/model/image.h"

namespace imprint::policy {

/// "name@version".
std::string name_and_version(const Image& image);

/// An id means itself, "name@version" that version, a bare name its newest version. Errc::not_found
/// names `ref`; Errc::invalid: no such form.
Result<Image> choose_image(const std::vector<Image>& images, const std::string& ref);

/// The newest version of the image's name, if it is newer than the image.
std::optional<Image> newer_version(const std::vector<Image>& images, const Image& image);

}  // namespace imprint::policy

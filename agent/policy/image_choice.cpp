#include "agent/policy/image_choice.h"

#include <algorithm>

namespace imprint::policy {
namespace {

const Image* newest(const std::vector<Image>& images, const std::string& name) {
  const Image* best = nullptr;
  for (const Image& image : images)
    if (image.name == name && (best == nullptr || image.version > best->version)) best = &image;
  return best;
}

}  // namespace

std::string name_and_version(const Image& image) {
  return fmt::format("{}@{}", image.name, image.version);
}

Result<Image> choose_image(const std::vector<Image>& images, const std::string& ref) {
  const ImageRef wanted = TRY(ImageRef::parse(ref));
  for (const Image& image : images) {
    if (!wanted.version && image.id.str() == wanted.name) return image;
    if (wanted.version && image.name == wanted.name && image.version == *wanted.version)
      return image;
  }
  const Image* found = wanted.version ? nullptr : newest(images, wanted.name);
  if (found == nullptr) return make_error(Errc::not_found, "image '{}' does not exist", ref);
  return *found;
}

std::optional<Image> newer_version(const std::vector<Image>& images, const Image& image) {
  const Image* found = newest(images, image.name);
  if (found == nullptr || found->version <= image.version) return std::nullopt;
  return *found;
}

}  // namespace imprint::policy

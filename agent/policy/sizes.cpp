#include "agent/policy/sizes.h"

#include <algorithm>

#include "agent/model/quantity.h"
#include "agent/policy/image_choice.h"

namespace imprint::policy {

Result<std::uint64_t> system_disk_size(const Image& image, std::optional<std::uint64_t> requested) {
  return reimaged_disk_size(0, image, requested);
}

Result<std::uint64_t> reimaged_disk_size(std::uint64_t old_size, const Image& image,
                                         std::optional<std::uint64_t> requested) {
  if (requested && *requested < image.virtual_size)
    return make_error(Errc::invalid, "a disk of {} is smaller than image '{}', which needs {}",
                      format_size(*requested), name_and_version(image),
                      format_size(image.virtual_size));
  return requested.value_or(std::max(old_size, image.virtual_size));
}

Result<> require_space(std::uint64_t free, std::uint64_t needed, std::uint64_t kept) {
  if (free >= kept && free - kept >= needed) return {};
  return make_error(Errc::exhausted, "{} of space is free; {} and {} of headroom are needed",
                    format_size(free), format_size(needed), format_size(kept));
}

}  // namespace imprint::policy

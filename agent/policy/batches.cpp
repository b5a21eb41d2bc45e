#include "agent/policy/batches.h"

#include <algorithm>
#include <map>

namespace imprint::policy {
namespace {

/// One that makes trouble costs those after it the time of a machine of their own.
constexpr std::size_t largest_batch = 16;

std::size_t divide_up(std::size_t dividend, std::size_t divisor) {
  return (dividend + divisor - 1) / divisor;
}

}  // namespace

std::vector<std::vector<std::size_t>> plan_batches(const std::vector<SoleWriter>& writers,
                                                   std::size_t machines) {
  std::vector<std::vector<std::size_t>> batches;
  std::map<std::uint32_t, std::vector<std::size_t>> images_of;
  for (std::size_t image = 0; image < writers.size(); ++image)
    if (writers[image])
      images_of[*writers[image]].push_back(image);
    else
      batches.push_back({image});
  for (const auto& [writer, images] : images_of) {
    const std::size_t size = std::min(largest_batch, divide_up(images.size(), machines));
    const std::size_t count = divide_up(images.size(), size);
    for (std::size_t i = 0; i < count; ++i)
      batches.emplace_back(
          images.begin() + static_cast<std::ptrdiff_t>(images.size() * i / count),
          images.begin() + static_cast<std::ptrdiff_t>(images.size() * (i + 1) / count));
  }
  // The longest first, so that none is left over at the end.
  std::ranges::stable_sort(batches, std::ranges::greater{}, &std::vector<std::size_t>::size);
  return batches;
}

}  // namespace imprint::policy

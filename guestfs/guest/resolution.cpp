#include "guestfs/guest/resolution.h"

#include <algorithm>

#include "guestfs/guest/device_set.h"

namespace imprint::guest {
namespace {

/// How many edits turn one text into the other (Levenshtein); short texts only.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0U : 1U)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

constexpr std::size_t longest_compared = 128;

}  // namespace

Resolution found(std::size_t index, std::string_view key) {
  return {Match::found, index, std::string{key}, {}};
}

bool hides_volumes(const Inventory& inventory) {
  for (std::size_t i = 0; i < inventory.volumes.size(); ++i)
    if (is_closed(inventory, i)) return true;
  return false;
}

std::string nearest(const Inventory& inventory, std::string_view value,
                    const std::function<std::string(const Volume&)>& name_of) {
  std::string best;
  std::size_t best_distance = 0;
  for (const Volume& volume : inventory.volumes) {
    const std::string name = name_of(volume);
    if (name.empty() || name.size() > longest_compared) continue;
    const std::size_t edits = distance(name, value.substr(0, longest_compared));
    if (best.empty() || edits < best_distance) {
      best = name;
      best_distance = edits;
    }
  }
  return best;
}

Resolution absent(std::string_view key, std::string nearest_name) {
  return {Match::absent, std::nullopt, std::string{key}, std::move(nearest_name)};
}

Resolution unknown(std::string_view key) {
  return {Match::unknown, std::nullopt, std::string{key}, {}};
}

}  // namespace imprint::guest

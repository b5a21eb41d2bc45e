#include "guestfs/container/qcow2_refcounts.h"

#include <algorithm>

#include "guestfs/container/limits.h"

namespace imprint::container::qcow2 {
namespace {

/// Counts narrower than a byte stand in it from its lowest bits up.
bool is_counted(Bytes block, std::uint64_t index, std::uint32_t order) {
  if (order >= 3) {
    const auto width = std::size_t{1} << (order - 3);
    return !all_zero(block.subspan(static_cast<std::size_t>(index) * width, width));
  }
  const unsigned width = 1U << order;
  const auto bit = index * width;
  const auto byte = std::to_integer<unsigned>(block[static_cast<std::size_t>(bit / 8)]);
  return (byte >> (bit % 8) & ((1U << width) - 1)) != 0;
}

std::uint64_t clusters_of(std::uint64_t file_size, const Header& header) {
  return (file_size - 1) / header.cluster_size() + 1;
}

}  // namespace

Result<Refcounts> Refcounts::read(ByteSource& source, const Header& header,
                                  const std::vector<std::uint64_t>& blocks) {
  const std::uint64_t clusters = clusters_of(source.size(), header);
  const std::uint64_t of_a_block = header.cluster_size() * 8 >> header.refcount_order;
  const std::uint64_t needed = (clusters - 1) / of_a_block + 1;
  Refcounts counts;
  if (clusters > mapped_clusters_limit || needed * header.cluster_size() > table_bytes_budget)
    return counts;
  counts.cluster_bits_ = header.cluster_bits;
  counts.counted_.resize(static_cast<std::size_t>(clusters));
  for (std::uint64_t i = 0; i < std::min<std::uint64_t>(needed, blocks.size()); ++i) {
    if (blocks[i] == 0) continue;
    const auto block =
        TRY(read_range(source, blocks[i], static_cast<std::size_t>(header.cluster_size())));
    if (all_zero(block)) continue;
    const std::uint64_t first = i * of_a_block;
    for (std::uint64_t k = 0; k < std::min(of_a_block, clusters - first); ++k)
      counts.counted_[static_cast<std::size_t>(first + k)] =
          is_counted(block, k, header.refcount_order);
  }
  return counts;
}

bool Refcounts::cover(std::uint64_t offset, std::uint64_t length) const {
  if (counted_.empty() || length == 0) return true;
  const std::uint64_t first = offset >> cluster_bits_;
  const std::uint64_t end =
      std::min<std::uint64_t>(((offset + length - 1) >> cluster_bits_) + 1, counted_.size());
  for (std::uint64_t i = first; i < end; ++i)
    if (!counted_[static_cast<std::size_t>(i)]) return false;
  return true;
}

Claims::Claims(std::uint64_t file_size, const Header& header) : cluster_bits_{header.cluster_bits} {
  const std::uint64_t clusters = clusters_of(file_size, header);
  if (clusters > mapped_clusters_limit) return;
  used_.resize(static_cast<std::size_t>(clusters));
  in_place_.resize(used_.size());
}

bool Claims::add(std::uint64_t offset, std::uint64_t length, bool in_place) {
  if (used_.empty()) return true;
  const auto first = static_cast<std::size_t>(offset >> cluster_bits_);
  const auto end =
      std::min(static_cast<std::size_t>((offset + length - 1) >> cluster_bits_) + 1, used_.size());
  bool alone = true;
  for (std::size_t i = first; i < end; ++i) {
    alone = alone && !in_place_[i] && !(in_place && used_[i]);
    used_[i] = true;
    in_place_[i] = in_place_[i] || in_place;
  }
  return alone;
}

}  // namespace imprint::container::qcow2

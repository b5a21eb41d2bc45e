#pragma once

#include <string>
#include <vector>

#include "agent/model/report.h"

namespace imprint::report {

/// What a piece of a disk is, for its colour and its word.
enum class PieceKind { root, boot, firmware, swap, volumes, files, free };

/// A piece of a disk's bar: a partition or the space between two.
struct Piece {
  PieceKind kind = PieceKind::free;
  const PartitionFacts* partition = nullptr;  ///< null for free space
  std::uint64_t size = 0;                     ///< bytes
  double x = 0;                               ///< percent of the bar, from its left
  double width = 0;
};

/// The pieces from left to right. They are drawn to scale but for a least width that keeps each
/// visible; gaps that only align partitions are left out. At most 64 pieces. Empty for a disk of
/// unknown size. Pure.
std::vector<Piece> pieces_of(const DiskFacts& disk);

PieceKind kind_of(const PartitionFacts& partition);

/// The bar as SVG and the table below it, as HTML. Pure.
std::string disk_map(const DiskFacts& disk);

}  // namespace imprint::report

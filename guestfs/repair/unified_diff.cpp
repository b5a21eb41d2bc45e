#include "guestfs/repair/unified_diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace imprint::repair {
namespace {

constexpr std::size_t context = 3;
constexpr std::size_t most_cells = std::size_t{4} << 20;  // of the table of common subsequences

using Lines = std::vector<std::string_view>;

/// Each with its line end.
Lines lines_of(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const std::size_t size = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.push_back(text.substr(0, size));
    text.remove_prefix(size);
  }
  return lines;
}

/// A stretch of lines that differs: where it begins and ends on each side.
struct Block {
  std::size_t from_before = 0, to_before = 0;
  std::size_t from_after = 0, to_after = 0;
};

/// Finds what differs between two stretches by their longest common subsequence.
std::vector<Block> blocks_between(const Lines& before, const Lines& after) {
  std::size_t start = 0;
  while (start < before.size() && start < after.size() && before[start] == after[start]) ++start;
  std::size_t end = 0;
  while (end < before.size() - start && end < after.size() - start &&
         before[before.size() - 1 - end] == after[after.size() - 1 - end])
    ++end;
  const std::size_t rows = before.size() - start - end;
  const std::size_t columns = after.size() - start - end;
  if (rows == 0 && columns == 0) return {};
  if ((rows + 1) * (columns + 1) > most_cells || rows == 0 || columns == 0)
    return {{start, start + rows, start, start + columns}};
  // length[i, j]: of the longest subsequence that before[i...] and after[j...] share.
  std::vector<std::uint32_t> length((rows + 1) * (columns + 1), 0);
  const auto at = [&](std::size_t row, std::size_t column) -> std::uint32_t& {
    return length[row * (columns + 1) + column];
  };
  const auto same = [&](std::size_t row, std::size_t column) {
    return before[start + row] == after[start + column];
  };
  for (std::size_t row = rows; row-- > 0;)
    for (std::size_t column = columns; column-- > 0;)
      at(row, column) = same(row, column) ? at(row + 1, column + 1) + 1
                                          : std::max(at(row + 1, column), at(row, column + 1));
  std::vector<Block> blocks;
  std::size_t row = 0;
  std::size_t column = 0;
  while (row < rows || column < columns) {
    if (row < rows && column < columns && same(row, column)) {
      ++row;
      ++column;
      continue;
    }
    Block block{start + row, 0, start + column, 0};
    while ((row < rows || column < columns) &&
           !(row < rows && column < columns && same(row, column))) {
      const bool takes_row =
          column == columns || (row < rows && at(row + 1, column) >= at(row, column + 1));
      ++(takes_row ? row : column);
    }
    block.to_before = start + row;
    block.to_after = start + column;
    blocks.push_back(block);
  }
  return blocks;
}

class Printer {
 public:
  Printer(const Lines& before, const Lines& after,
          const std::function<std::string(std::string_view)>& shown)
      : before_{before}, after_{after}, shown_{shown} {}

  /// Blocks whose contexts meet make one hunk.
  std::string print(const std::vector<Block>& blocks) {
    for (std::size_t first = 0; first < blocks.size();) {
      std::size_t last = first;
      while (last + 1 < blocks.size() &&
             blocks[last + 1].from_before - blocks[last].to_before <= 2 * context)
        ++last;
      hunk({blocks.begin() + static_cast<std::ptrdiff_t>(first),
            blocks.begin() + static_cast<std::ptrdiff_t>(last) + 1});
      first = last + 1;
    }
    return std::move(out_);
  }

 private:
  void hunk(const std::vector<Block>& blocks) {
    const std::size_t lead = std::min(context, blocks.front().from_before);
    const std::size_t tail = std::min(context, before_.size() - blocks.back().to_before);
    const std::size_t from_before = blocks.front().from_before - lead;
    const std::size_t from_after = blocks.front().from_after - lead;
    out_ += fmt::format("@@ -{} +{} @@\n", range(from_before, blocks.back().to_before + tail),
                        range(from_after, blocks.back().to_after + tail));
    std::size_t at = from_before;
    for (const Block& block : blocks) {
      for (; at < block.from_before; ++at) line(' ', before_[at]);
      for (; at < block.to_before; ++at) line('-', before_[at]);
      for (std::size_t i = block.from_after; i < block.to_after; ++i) line('+', after_[i]);
    }
    for (std::size_t i = 0; i < tail; ++i) line(' ', before_[at + i]);
  }

  /// "3,7"; an empty range is named by the line before it.
  static std::string range(std::size_t from, std::size_t to) {
    if (to - from == 1) return fmt::format("{}", from + 1);
    return fmt::format("{},{}", to == from ? from : from + 1, to - from);
  }

  void line(char sign, std::string_view text) {
    const bool ended = text.ends_with('\n');
    if (ended) text.remove_suffix(1);
    out_ += sign + shown_(text) + "\n";
    if (!ended) out_ += "\\ No newline at end of file\n";
  }

  const Lines& before_;
  const Lines& after_;
  const std::function<std::string(std::string_view)>& shown_;
  std::string out_;
};

std::string name_of(std::string_view prefix, const DiffSide& side) {
  return side.path.empty() ? "/dev/null" : std::string{prefix} + side.path;
}

}  // namespace

std::string unified_diff(const DiffSide& before, const DiffSide& after,
                         const std::function<std::string(std::string_view)>& shown) {
  const Lines old_lines = lines_of(before.text);
  const Lines new_lines = lines_of(after.text);
  const std::vector<Block> blocks = blocks_between(old_lines, new_lines);
  if (blocks.empty()) return "";
  return fmt::format("--- {}\n+++ {}\n", name_of("a", before), name_of("b", after)) +
         Printer{old_lines, new_lines, shown}.print(blocks);
}

}  // namespace imprint::repair

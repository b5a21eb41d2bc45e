#include <algorithm>
#include <iterator>
#include <optional>
#include <set>

#include "guestfs/container/partitions.h"
#include "guestfs/container/rules_table.h"
#include "guestfs/language/say.h"

namespace imprint::container {
namespace {

constexpr std::size_t sector_size = 512;
constexpr std::size_t table_at = 446;
constexpr std::size_t entry_length = 16;
constexpr int first_logical = 5;
constexpr std::size_t logical_limit = 128;  // the kernel stops at 256 partitions of any kind

/// The chain of tables through one extended partition.
class Chain {
 public:
  Chain(ByteSource& source, const Partition& extended)
      : source_{source}, extended_{extended}, next_{extended.start} {}

  Result<std::vector<Partition>> walk() {
    while (next_ && fault_.empty()) {
      const std::uint64_t at = *std::exchange(next_, std::nullopt);
      const auto sector = TRY(read_range(source_, at, sector_size));
      if (!visited_.insert(at).second)
        fault_ = say("the chain of logical partitions turns back to byte {}", at);
      else if (visited_.size() > logical_limit)
        fault_ = say("there are more than {} logical partitions", logical_limit);
      else if (sector.size() < sector_size || !holds(sector, 510, "\x55\xaa"))
        end_at(at, sector);
      else
        read_table(at, sector);
    }
    return std::move(logical_);
  }

  [[nodiscard]] const std::string& fault() const { return fault_; }

 private:
  /// An extended partition that was made but never filled is zeros.
  void end_at(std::uint64_t at, Bytes sector) {
    if (visited_.size() > 1 || !all_zero(sector))
      fault_ = say("the chain of logical partitions leads to byte {}, where no table is", at);
  }

  /// Of four entries one is the partition and one the link to the next table, in any order; the
  /// kernel looks at the first of each.
  void read_table(std::uint64_t at, Bytes sector) {
    bool partition = false;
    for (std::size_t i = 0; i < 4; ++i) {
      const Bytes entry = sector.subspan(table_at + i * entry_length, entry_length);
      const auto type = std::to_integer<unsigned>(entry[4]);
      const auto first = little_endian<std::uint32_t>(entry, 8);
      const auto count = little_endian<std::uint32_t>(entry, 12);
      if (type == 0 || count == 0) continue;
      if (is_extended_type(type) && !next_)
        follow(first);
      else if (!is_extended_type(type) && !std::exchange(partition, true))
        logical_.push_back({.start = at + std::uint64_t{first} * sector_size,
                            .size = std::uint64_t{count} * sector_size});
    }
  }

  void follow(std::uint32_t sector) {
    next_ = extended_.start + std::uint64_t{sector} * sector_size;
    if (*next_ < extended_.start + extended_.size) return;
    fault_ =
        say("the chain of logical partitions leaves the extended partition, to byte {}", *next_);
  }

  ByteSource& source_;
  const Partition& extended_;
  std::optional<std::uint64_t> next_;
  std::set<std::uint64_t> visited_;
  std::vector<Partition> logical_;
  std::string fault_;
};

}  // namespace

Result<> read_logical_partitions(ByteSource& source, PartitionTable& table) {
  std::vector<Partition> all;
  for (const Partition& extended : table.partitions) {
    if (!extended.extended) continue;
    Chain chain{source, extended};
    std::ranges::move(TRY(chain.walk()), std::back_inserter(all));
    if (!chain.fault().empty())
      table.findings.push_back(finding_of("disk.mbr-pte-invalid", chain.fault()));
  }
  int number = first_logical;
  for (Partition& partition : all) {
    partition.number = number++;
    table.partitions.push_back(partition);
  }
  return {};
}

}  // namespace imprint::container

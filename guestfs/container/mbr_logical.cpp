#include <algorithm>
#include <optional>
#include <set>

#include "guestfs/container/partitions.h"
#include "guestfs/container/rules_table.h"
#include "guestfs/language/say.h"

namespace imprint::container {
namespace {

constexpr std::size_t sector_size = 512;
constexpr std::size_t logical_at = 446;  // the logical partition, from the table that names it
constexpr std::size_t next_at = 462;     // the next table, from the start of the extended partition
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

  void read_table(std::uint64_t at, Bytes sector) {
    const auto first = little_endian<std::uint32_t>(sector, logical_at + 8);
    const auto count = little_endian<std::uint32_t>(sector, logical_at + 12);
    if (sector[logical_at + 4] != std::byte{0} && count != 0)
      logical_.push_back({.start = at + std::uint64_t{first} * sector_size,
                          .size = std::uint64_t{count} * sector_size});
    const auto next = little_endian<std::uint32_t>(sector, next_at + 8);
    if (sector[next_at + 4] == std::byte{0} || next == 0) return;
    next_ = extended_.start + std::uint64_t{next} * sector_size;
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
  const auto extended = std::ranges::find(table.partitions, true, &Partition::extended);
  if (extended == table.partitions.end()) return {};
  Chain chain{source, *extended};
  std::vector<Partition> logical = TRY(chain.walk());
  if (!chain.fault().empty())
    table.findings.push_back(finding_of("disk.mbr-pte-invalid", chain.fault()));
  int number = first_logical;
  for (Partition& partition : logical) {
    partition.number = number++;
    table.partitions.push_back(partition);
  }
  return {};
}

}  // namespace imprint::container

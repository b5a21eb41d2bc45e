// The log of XFS: whether the last thing in it says "unmounted".

#include <algorithm>

#include "guestfs/guest/endian.h"
#include "guestfs/guest/superblock.h"

namespace imprint::guest {
namespace {

constexpr std::uint64_t block_size = 512;
constexpr std::uint32_t record_magic = 0xFEEDBABE;
constexpr std::uint32_t bytes_of_a_header = 32768;  // of log that one header block has cycles for
constexpr unsigned unmount_flag = 0x20;
/// A record of the log is at most 256 KiB, and its headers another 8 blocks.
constexpr std::uint64_t longest_record = 512 + 8;

class LogReader {
 public:
  LogReader(const XfsLog& log, const ReadBytes& read)
      : log_{log}, read_{read}, blocks_{log.size / block_size} {}

  Result<bool> is_dirty() {
    if (blocks_ == 0) return false;
    const std::uint32_t first = TRY(cycle(0));
    if (first == 0) return false;  // never written
    const std::uint64_t head = TRY(find_head(first));
    return !TRY(is_unmounted_at(head));
  }

 private:
  Result<std::string> blocks_at(std::uint64_t block, std::uint64_t count) const {
    return read_(log_.start + block * block_size, count * block_size);
  }

  /// Every block begins with the number of the round in which it was written; a record's header
  /// has its magic there, and the number behind it.
  Result<std::uint32_t> cycle(std::uint64_t block) const {
    const std::string bytes = TRY(blocks_at(block, 1));
    const auto word = big<std::uint32_t>(bytes, 0);
    return word == record_magic ? big<std::uint32_t>(bytes, 4) : word;
  }

  /// The block that will be written next: the first one of an earlier round.
  Result<std::uint64_t> find_head(std::uint32_t first) const {
    if (TRY(cycle(blocks_ - 1)) == first) return 0;
    std::uint64_t low = 0;             // of the first block's round
    std::uint64_t high = blocks_ - 1;  // of an earlier one
    while (high - low > 1) {
      const std::uint64_t middle = low + (high - low) / 2;
      (TRY(cycle(middle)) == first ? low : high) = middle;
    }
    return high;
  }

  /// So many blocks before `end`, which may lie on both sides of the ring's end.
  Result<std::string> before(std::uint64_t end, std::uint64_t count) const {
    if (count <= end) return blocks_at(end - count, count);
    const std::uint64_t tail = count - end;
    const std::string first = TRY(blocks_at(blocks_ - tail, tail));
    return first + TRY(blocks_at(0, end));
  }

  Result<bool> is_unmounted_at(std::uint64_t head) const {
    // Nearly always the record is short; a longer one is looked for in one more read.
    for (const std::uint64_t reach : {std::uint64_t{64}, longest_record}) {
      const std::uint64_t count = std::min(reach, blocks_);
      const std::string bytes = TRY(before(head, count));
      for (std::uint64_t back = 1; back <= count; ++back) {
        const std::string_view block =
            std::string_view{bytes}.substr(std::min(bytes.size(), (count - back) * block_size));
        if (big<std::uint32_t>(block, 0) == record_magic)
          return is_unmount_record(block, (head + blocks_ - back) % blocks_, back);
      }
    }
    return false;
  }

  /// `back`: the blocks from the record's header to the log's head.
  Result<bool> is_unmount_record(std::string_view header, std::uint64_t block,
                                 std::uint64_t back) const {
    const bool has_size = (big<std::uint32_t>(header, 8) & 2U) != 0;  // version 2
    const std::uint32_t size = has_size ? big<std::uint32_t>(header, 320) : 0;
    const std::uint64_t headers = std::max<std::uint64_t>(
        1, (std::uint64_t{size} + bytes_of_a_header - 1) / bytes_of_a_header);
    const std::uint64_t length =
        (std::uint64_t{big<std::uint32_t>(header, 12)} + block_size - 1) / block_size;
    if (headers + length != back || big<std::uint32_t>(header, 40) != 1) return false;
    const std::string body = TRY(blocks_at((block + headers) % blocks_, 1));
    return (big<std::uint8_t>(body, 9) & unmount_flag) != 0;
  }

  const XfsLog& log_;
  const ReadBytes& read_;
  std::uint64_t blocks_;
};

}  // namespace

Result<bool> is_xfs_log_dirty(const XfsLog& log, const ReadBytes& read) {
  return LogReader{log, read}.is_dirty();
}

}  // namespace imprint::guest

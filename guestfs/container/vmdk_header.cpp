#include <bit>

#include "guestfs/container/limits.h"
#include "guestfs/container/rules_table.h"
#include "guestfs/container/vmdk_structures.h"
#include "guestfs/language/say.h"

namespace imprint::container::vmdk {
namespace {

constexpr std::uint32_t newest_version = 3;
constexpr std::uint64_t largest_grain = 0x200000;                   // sectors; QEMU's own
constexpr std::uint64_t directory_limit = std::uint64_t{32} << 20;  // entries; QEMU's own
constexpr std::uint32_t entries_per_table = 512;                    // the format's

Finding wrong(std::string message) {
  return finding_of("disk.vmdk-header", std::move(message));
}

}  // namespace

Header read_header(Bytes bytes) {
  using namespace std::string_view_literals;
  return {.version = little_endian<std::uint32_t>(bytes, 4),
          .flags = little_endian<std::uint32_t>(bytes, 8),
          .capacity = little_endian<std::uint64_t>(bytes, 12),
          .grain = little_endian<std::uint64_t>(bytes, 20),
          .descriptor_at = little_endian<std::uint64_t>(bytes, 28),
          .descriptor_size = little_endian<std::uint64_t>(bytes, 36),
          .entries_per_table = little_endian<std::uint32_t>(bytes, 44),
          .redundant_directory_at = little_endian<std::uint64_t>(bytes, 48),
          .directory_at = little_endian<std::uint64_t>(bytes, 56),
          .data_at = little_endian<std::uint64_t>(bytes, 64),
          .line_ends_intact = holds(bytes, 73, "\n \r\n"sv),
          .compression = little_endian<std::uint16_t>(bytes, 77)};
}

std::vector<Finding> check_sizes(const Header& header) {
  if (header.version == 0 || header.version > newest_version)
    return {finding_of(
        "disk.format-unsupported",
        say("the image is VMDK version {}; versions 1 to 3 are accepted", header.version))};
  if (header.compression > 1)
    return {wrong(say("the VMDK header names the unknown compression {}", header.compression))};
  if (header.capacity == 0)
    return {wrong(say("the VMDK header promises no sectors, so QEMU would look for other files"))};
  if (header.capacity > virtual_size_limit / sector_size)
    return {finding_of("disk.size-bomb", say("the virtual size is {} sectors, more than {}",
                                             header.capacity, virtual_size_limit / sector_size))};
  if (!std::has_single_bit(header.grain) || header.grain > largest_grain)
    return {wrong(say("the VMDK has grains of {} sectors, no power of two up to {}", header.grain,
                      largest_grain))};
  if (header.entries_per_table != entries_per_table)
    return {wrong(say("the VMDK has {} entries in a grain table, not {}", header.entries_per_table,
                      entries_per_table))};
  if (header.tables() > directory_limit)
    return {wrong(
        say("the VMDK needs {} grain tables, more than {}", header.tables(), directory_limit))};
  if (!header.line_ends_intact)
    return {
        wrong(say("line ends in the VMDK header were changed: the file was transferred as a "
                  "text"))};
  return {};
}

}  // namespace imprint::container::vmdk

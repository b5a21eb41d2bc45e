#include "guestfs/container/vhd_structures.h"

#include <algorithm>
#include <array>

namespace imprint::container::vhd {
namespace {

constexpr std::size_t footer_checksum_at = 64;
constexpr std::size_t header_checksum_at = 36;

/// The ones' complement of the sum of all bytes but those of the checksum itself.
std::uint32_t checksum_of(Bytes bytes, std::size_t checksum_at) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    if (i < checksum_at || i >= checksum_at + 4) sum += std::to_integer<std::uint32_t>(bytes[i]);
  return ~sum;
}

}  // namespace

bool Footer::goes_by_geometry() const {
  // As block/vpc.c of QEMU decides; XenServer's word is compared without its last character.
  constexpr std::array<std::string_view, 4> by_size{"win ", "qem2", "d2v ", "CTXS"};
  if (std::ranges::find(by_size, creator) != by_size.end() || creator.starts_with("tap"))
    return false;
  return !(cylinders == 65535 && heads == 16 && sectors == 255);
}

std::uint64_t Footer::virtual_size() const {
  return goes_by_geometry() ? geometry_size() : current_size / sector_size * sector_size;
}

std::optional<Footer> read_footer(Bytes bytes) {
  if (bytes.size() < footer_length || !holds(bytes, 0, cookie)) return std::nullopt;
  Footer footer;
  footer.data_offset = big_endian<std::uint64_t>(bytes, 16);
  footer.creator.assign(reinterpret_cast<const char*>(bytes.data()) + 28, 4);
  footer.current_size = big_endian<std::uint64_t>(bytes, 48);
  footer.cylinders = big_endian<std::uint16_t>(bytes, 56);
  footer.heads = std::to_integer<std::uint32_t>(bytes[58]);
  footer.sectors = std::to_integer<std::uint32_t>(bytes[59]);
  footer.type = big_endian<std::uint32_t>(bytes, 60);
  footer.checksum = big_endian<std::uint32_t>(bytes, footer_checksum_at);
  footer.computed_checksum = checksum_of(bytes.first(footer_length), footer_checksum_at);
  return footer;
}

std::optional<DynamicHeader> read_dynamic_header(Bytes bytes) {
  if (bytes.size() < dynamic_header_length || !holds(bytes, 0, "cxsparse")) return std::nullopt;
  DynamicHeader header;
  header.table_offset = big_endian<std::uint64_t>(bytes, 16);
  header.table_entries = big_endian<std::uint32_t>(bytes, 28);
  header.block_size = big_endian<std::uint32_t>(bytes, 32);
  header.sound = checksum_of(bytes.first(dynamic_header_length), header_checksum_at) ==
                 big_endian<std::uint32_t>(bytes, header_checksum_at);
  return header;
}

}  // namespace imprint::container::vhd

#include <algorithm>
#include <bit>

#include "guestfs/container/crc32c.h"
#include "guestfs/container/limits.h"
#include "guestfs/container/rules_table.h"
#include "guestfs/container/vhdx_structures.h"
#include "guestfs/language/say.h"

namespace imprint::container::vhdx {
namespace {

constexpr std::size_t table_length = 64 << 10;
constexpr std::array<std::uint64_t, 2> region_table_offsets{192 << 10, 256 << 10};
constexpr std::size_t entry_length = 32;
constexpr std::uint32_t entries_limit = 2047;
constexpr std::uint32_t required_region = 1;
constexpr std::uint32_t required_item = 4;

constexpr Guid guid(std::uint32_t a, std::uint16_t b, std::uint16_t c, std::uint64_t d) {
  Guid result{};
  for (std::size_t i = 0; i < 4; ++i) result[i] = static_cast<std::byte>(a >> (8 * i));
  for (std::size_t i = 0; i < 2; ++i) result[4 + i] = static_cast<std::byte>(b >> (8 * i));
  for (std::size_t i = 0; i < 2; ++i) result[6 + i] = static_cast<std::byte>(c >> (8 * i));
  for (std::size_t i = 0; i < 8; ++i) result[8 + i] = static_cast<std::byte>(d >> (56 - 8 * i));
  return result;
}

constexpr Guid blocks_region = guid(0x2dc27766, 0xf623, 0x4200, 0x9d64115e9bfd4a08);
constexpr Guid metadata_region = guid(0x8b7ca206, 0x4790, 0x4b9a, 0xb8fe575f050f886e);
constexpr Guid file_parameters = guid(0xcaa16737, 0xfa36, 0x4d43, 0xb3b633f0aa44e76b);
constexpr Guid disk_size = guid(0x2fa54224, 0xcd1b, 0x4876, 0xb2115dbed83bf4b8);
constexpr Guid disk_id = guid(0xbeca12ab, 0xb2e6, 0x4523, 0x93efc309e000c746);
constexpr Guid logical_sector_size = guid(0x8141bf1d, 0xa96f, 0x4709, 0xba47f233a8faab5f);
constexpr Guid physical_sector_size = guid(0xcda348c7, 0x445d, 0x4471, 0x9cc9e9885251c556);
constexpr Guid parent_locator = guid(0xa8d35f2d, 0xb30b, 0x454d, 0xabf7d3d84834ab0c);

Guid guid_at(Bytes bytes) {
  Guid result;
  std::copy_n(bytes.begin(), result.size(), result.begin());
  return result;
}

void add(std::vector<Finding>& findings, std::string message) {
  findings.push_back(finding_of("disk.vhdx-table", std::move(message)));
}

/// Why a copy of the region table cannot be relied on; empty if it can.
std::string fault_of_copy(std::vector<std::byte> bytes) {
  if (bytes.size() < table_length || !holds(bytes, 0, "regi"))
    return say("it does not begin with 'regi'");
  const auto stored = little_endian<std::uint32_t>(bytes, 4);
  std::fill_n(bytes.begin() + 4, 4, std::byte{0});
  if (const auto computed = crc32c(bytes); computed != stored)
    return say("its checksum is {:08x}, computed {:08x}", stored, computed);
  if (const auto count = little_endian<std::uint32_t>(bytes, 8); count > entries_limit)
    return say("it has {} entries, more than {}", count, entries_limit);
  return {};
}

/// The entries of one sound copy.
class Regions {
 public:
  Regions(Layout& layout, std::vector<Finding>& findings) : layout_{layout}, findings_{findings} {}

  bool read(Bytes bytes, const Header& header) {
    all_.push_back({header.log_offset, header.log_length});
    const auto count = little_endian<std::uint32_t>(bytes, 8);
    for (std::uint32_t i = 0; i < count; ++i)
      if (!read_entry(i, bytes.subspan(16 + i * entry_length, entry_length))) return false;
    if (!blocks_ || !metadata_) {
      add(findings_, say("the VHDX region table names no block table or no metadata"));
      return false;
    }
    return apart();
  }

 private:
  bool read_entry(std::uint32_t index, Bytes entry) {
    const Guid id = guid_at(entry);
    const Region region{little_endian<std::uint64_t>(entry, 16),
                        little_endian<std::uint32_t>(entry, 24)};
    const bool known = id == blocks_region || id == metadata_region;
    if (!known && (little_endian<std::uint32_t>(entry, 28) & required_region) != 0) {
      add(findings_, say("region {} of the VHDX is required, but of an unknown kind", index));
      return false;
    }
    if (region.offset < mib || region.offset % mib != 0 || region.length % mib != 0 ||
        region.offset > (std::uint64_t{1} << 62)) {
      add(findings_, say("region {} of the VHDX has {} bytes at byte {}, not whole MiB behind the "
                         "headers",
                         index, region.length, region.offset));
      return false;
    }
    all_.push_back(region);
    if (!known) return true;
    bool& found = id == blocks_region ? blocks_ : metadata_;
    (id == blocks_region ? layout_.blocks : layout_.metadata) = region;
    if (found)
      add(findings_, say("region {} of the VHDX is of a kind that was there before", index));
    return !std::exchange(found, true);
  }

  bool apart() {
    std::ranges::sort(all_, {}, &Region::offset);
    for (std::size_t i = 1; i < all_.size(); ++i)
      if (all_[i - 1].offset + all_[i - 1].length > all_[i].offset) {
        add(findings_, say("two regions of the VHDX overlap at byte {}", all_[i].offset));
        return false;
      }
    return true;
  }

  Layout& layout_;
  std::vector<Finding>& findings_;
  std::vector<Region> all_;
  bool blocks_ = false;
  bool metadata_ = false;
};

/// The metadata items that we know, where they stand in the file.
struct Items {
  std::optional<std::uint64_t> parameters, size, id, logical, physical;
  bool parent = false;
};

class MetadataTable {
 public:
  MetadataTable(const Region& region, std::vector<Finding>& findings)
      : region_{region}, findings_{findings} {}

  std::optional<Items> read(Bytes bytes) {
    if (!holds(bytes, 0, "metadata")) {
      add(findings_, say("the metadata of the VHDX do not begin with 'metadata'"));
      return std::nullopt;
    }
    const auto count = little_endian<std::uint16_t>(bytes, 10);
    if (count > entries_limit) {
      add(findings_,
          say("the metadata table of the VHDX has {} entries, more than {}", count, entries_limit));
      return std::nullopt;
    }
    Items items;
    for (std::size_t i = 0; i < count; ++i)
      if (!read_entry(i, bytes.subspan((i + 1) * entry_length, entry_length), items))
        return std::nullopt;
    if (items.parameters && items.size && items.id && items.logical && items.physical) return items;
    add(findings_, say("the metadata of the VHDX lack an item that is required"));
    return std::nullopt;
  }

 private:
  bool read_entry(std::size_t index, Bytes entry, Items& items) {
    const Guid id = guid_at(entry);
    if (id == parent_locator) return items.parent = true;
    const std::array known{std::pair{file_parameters, &items.parameters},
                           std::pair{disk_size, &items.size}, std::pair{disk_id, &items.id},
                           std::pair{logical_sector_size, &items.logical},
                           std::pair{physical_sector_size, &items.physical}};
    for (const auto& [known_id, place] : known) {
      if (id != known_id) continue;
      const auto offset = little_endian<std::uint32_t>(entry, 16);
      if (*place || offset < table_length || offset + std::uint64_t{16} > region_.length) {
        add(findings_,
            say("metadata item {} of the VHDX is there twice or outside its region", index));
        return false;
      }
      *place = region_.offset + offset;
      return true;
    }
    if ((little_endian<std::uint32_t>(entry, 24) & required_item) == 0) return true;
    add(findings_, say("metadata item {} of the VHDX is required, but of an unknown kind", index));
    return false;
  }

  const Region& region_;
  std::vector<Finding>& findings_;
};

}  // namespace

Result<bool> read_regions(ByteSource& source, const Header& header, Layout& layout,
                          std::vector<Finding>& findings) {
  const auto first = TRY(read_range(source, region_table_offsets[0], table_length));
  const auto second = TRY(read_range(source, region_table_offsets[1], table_length));
  const std::string fault = fault_of_copy(first);
  const std::string fault_of_second = fault_of_copy(second);
  // QEMU reads only the first copy, Hyper-V either.
  if (!fault.empty()) {
    add(findings, say("the first region table of the VHDX: {}", fault));
    return false;
  }
  if (fault_of_second.empty() && first != second) {
    add(findings, say("the two region tables of the VHDX are sound, but differ"));
    return false;
  }
  if (!fault_of_second.empty())
    findings.push_back(finding_of("disk.vhdx-table", Severity::warning,
                                  say("the second region table of the VHDX: {}", fault_of_second)));
  return Regions{layout, findings}.read(first, header);
}

Result<bool> read_metadata(ByteSource& source, Layout& layout, std::vector<Finding>& findings) {
  const auto table = TRY(read_range(source, layout.metadata.offset, table_length));
  if (table.size() < table_length) {
    findings.push_back(finding_of(
        "disk.truncated", say("the metadata of the VHDX are at byte {}, but the file has {} bytes",
                              layout.metadata.offset, source.size())));
    return false;
  }
  const auto items = MetadataTable{layout.metadata, findings}.read(table);
  if (!items) return false;
  std::array<std::vector<std::byte>, 3> values;
  const std::array places{items->parameters, items->size, items->logical};
  for (std::size_t i = 0; i < places.size(); ++i) {
    values[i] = TRY(read_range(source, *places[i], 8));
    if (values[i].size() < 8) {
      findings.push_back(finding_of(
          "disk.truncated", say("an item of the VHDX's metadata is at byte {}, but the file has {} "
                                "bytes",
                                *places[i], source.size())));
      return false;
    }
  }
  constexpr std::uint32_t has_parent = 2;
  layout.block_size = little_endian<std::uint32_t>(values[0], 0);
  layout.has_parent =
      items->parent || (little_endian<std::uint32_t>(values[0], 4) & has_parent) != 0;
  layout.virtual_size = little_endian<std::uint64_t>(values[1], 0);
  layout.logical_sector = little_endian<std::uint32_t>(values[2], 0);
  return true;
}

}  // namespace imprint::container::vhdx

#include "guestfs/guest/superblock.h"

#include <algorithm>

#include "guestfs/guest/endian.h"

namespace imprint::guest {
namespace {

using State = std::optional<VolumeState>;

Result<State> read_ext(const ReadBytes& read) {
  constexpr std::uint64_t at = 1024;
  constexpr unsigned valid = 1;
  constexpr unsigned error = 2;
  constexpr std::uint32_t needs_recovery = 0x4;
  constexpr std::uint32_t wide = 0x80;
  constexpr std::uint32_t quota_and_project = 0x2100;
  const std::string block = TRY(read(at, 1024));
  if (little<std::uint16_t>(block, 0x38) != 0xEF53) return State{};
  const unsigned state = little<std::uint16_t>(block, 0x3A);
  const auto incompatible = little<std::uint32_t>(block, 0x60);
  const auto read_only_compatible = little<std::uint32_t>(block, 0x64);
  VolumeState result;
  result.dirty = (state & valid) == 0 || (incompatible & needs_recovery) != 0;
  result.errors = (state & error) != 0;
  result.wide_blocks = (incompatible & wide) != 0;
  result.project_quota = (read_only_compatible & quota_and_project) == quota_and_project;
  return State{result};
}

Result<State> read_xfs(const ReadBytes& read) {
  constexpr std::uint32_t magic = 0x58465342;  // "XFSB"
  constexpr std::uint32_t needs_repair = 0x10;
  const std::string block = TRY(read(0, 512));
  if (big<std::uint32_t>(block, 0) != magic) return State{};
  const std::uint64_t block_size = big<std::uint32_t>(block, 4);
  const auto log_start = big<std::uint64_t>(block, 48);
  const std::uint64_t group_blocks = big<std::uint32_t>(block, 84);
  const unsigned group_bits = std::min<unsigned>(big<std::uint8_t>(block, 124), 63);
  const bool version5 = (big<std::uint16_t>(block, 100) & 0xFU) == 5;
  VolumeState result;
  result.errors = version5 && (big<std::uint32_t>(block, 216) & needs_repair) != 0;
  if (log_start == 0) return State{result};  // the log is on a device of its own
  const std::uint64_t group = log_start >> group_bits;
  const std::uint64_t in_group = log_start & ((std::uint64_t{1} << group_bits) - 1);
  const XfsLog log{(group * group_blocks + in_group) * block_size,
                   big<std::uint32_t>(block, 96) * block_size};
  result.dirty = TRY(is_xfs_log_dirty(log, read));
  return State{result};
}

Result<State> read_btrfs(const ReadBytes& read) {
  constexpr std::uint64_t at = 65536;
  constexpr std::uint64_t error = 4;
  const std::string block = TRY(read(at, 512));
  if (block.size() < 512 || block.compare(64, 8, "_BHRfS_M") != 0) return State{};
  VolumeState result;
  result.errors = (little<std::uint64_t>(block, 56) & error) != 0;
  result.dirty = little<std::uint64_t>(block, 96) != 0;  // a log of what was synced since
  result.set.needed = std::max<std::size_t>(1, little<std::uint64_t>(block, 136));
  return State{result};
}

/// The flags of $VOLUME_INFORMATION in the record of $Volume.
std::optional<unsigned> ntfs_flags(std::string_view record) {
  constexpr std::uint32_t volume_information = 0x70;
  if (!record.starts_with("FILE")) return std::nullopt;
  std::size_t at = little<std::uint16_t>(record, 20);
  while (at + 24 <= record.size()) {
    const auto type = little<std::uint32_t>(record, at);
    const auto length = little<std::uint32_t>(record, at + 4);
    if (type == volume_information)
      return little<std::uint16_t>(record, at + little<std::uint16_t>(record, at + 20) + 10);
    if (length < 24 || type > volume_information) return std::nullopt;
    at += length;
  }
  return std::nullopt;
}

Result<State> read_ntfs(const ReadBytes& read) {
  constexpr std::uint64_t record_of_volume = 3;
  constexpr std::uint64_t largest_record = 65536;
  const std::string boot = TRY(read(0, 512));
  if (boot.size() < 512 || boot.compare(3, 4, "NTFS") != 0) return State{};
  const std::uint64_t cluster =
      std::uint64_t{little<std::uint16_t>(boot, 11)} * little<std::uint8_t>(boot, 13);
  const auto code = static_cast<std::int8_t>(little<std::uint8_t>(boot, 64));
  const std::uint64_t record = code > 0 ? static_cast<std::uint64_t>(code) * cluster
                                        : std::uint64_t{1} << std::min(-int{code}, 62);
  if (cluster == 0 || record > largest_record) return State{};
  const auto flags = ntfs_flags(
      TRY(read(little<std::uint64_t>(boot, 48) * cluster + record_of_volume * record, record)));
  if (!flags) return State{};
  VolumeState result;
  result.dirty = (*flags & 1U) != 0;
  return State{result};
}

/// What stands between quotes behind each `id = ` of the section that lists physical volumes.
std::vector<std::string> physical_volumes(std::string_view metadata) {
  constexpr std::string_view key = "id = \"";
  std::vector<std::string> ids;
  std::size_t at = metadata.find("physical_volumes {");
  if (at == std::string_view::npos) return ids;
  const std::size_t end = metadata.find("logical_volumes {", at);
  while ((at = metadata.find(key, at)) < end) {
    at += key.size();
    ids.emplace_back(metadata.substr(at, metadata.find('"', at) - at));
  }
  return ids;
}

/// The current text of a metadata area, a ring whose first sector is its header.
Result<std::string> lvm_metadata(const ReadBytes& read, std::uint64_t area) {
  constexpr std::uint64_t header_size = 512;
  constexpr std::uint64_t largest = std::uint64_t{1} << 20U;
  const std::string header = TRY(read(area, header_size));
  if (header.size() < header_size || header.compare(4, 16, " LVM2 x[5A%r0N*>") != 0)
    return std::string{};
  const auto area_size = little<std::uint64_t>(header, 32);
  const auto offset = little<std::uint64_t>(header, 40);
  const std::uint64_t size = std::min(little<std::uint64_t>(header, 48), largest);
  if (offset < header_size || offset >= area_size) return std::string{};
  const std::uint64_t straight = std::min(size, area_size - offset);
  std::string text = TRY(read(area + offset, straight));
  if (straight < size) text += TRY(read(area + header_size, size - straight));
  return text;
}

Result<State> read_lvm(const ReadBytes& read) {
  constexpr std::size_t sector = 512;
  const std::string labels = TRY(read(0, 4 * sector));
  std::size_t label = 0;
  while (label < labels.size() && labels.compare(label, 8, "LABELONE") != 0) label += sector;
  if (label >= labels.size()) return State{};
  // Behind the UUID and the size: two lists of offsets and sizes, each ended by zeros.
  std::size_t at = label + little<std::uint32_t>(labels, label + 20) + 32 + 8;
  while (little<std::uint64_t>(labels, at) != 0) at += 16;
  VolumeState result;
  const auto area = little<std::uint64_t>(labels, at + 16);
  if (area == 0) return State{result};  // the metadata lie on another physical volume
  const std::string text = TRY(lvm_metadata(read, area));
  result.set.name = text.substr(0, text.find(' '));
  result.set.members = physical_volumes(text);
  result.set.needed = std::max<std::size_t>(1, result.set.members.size());
  return State{result};
}

/// How many members of an array may be missing.
std::size_t spare_members(std::int32_t level, std::size_t members) {
  switch (level) {
    case 1:
      return members - 1;
    case 4:
    case 5:
      return 1;
    case 6:
      return 2;
    case 10:
      return members / 2;
    default:
      return 0;
  }
}

Result<State> read_md(const ReadBytes& read) {
  constexpr std::uint32_t magic = 0xA92B4EFC;
  for (const std::uint64_t at : {std::uint64_t{4096}, std::uint64_t{0}}) {
    const std::string block = TRY(read(at, 256));
    if (little<std::uint32_t>(block, 0) != magic || little<std::uint32_t>(block, 4) != 1) continue;
    const auto level = static_cast<std::int32_t>(little<std::uint32_t>(block, 72));
    const std::size_t members = std::max<std::size_t>(1, little<std::uint32_t>(block, 92));
    VolumeState result;
    result.set.needed = members - std::min(members - 1, spare_members(level, members));
    return State{result};
  }
  return State{};
}

}  // namespace

Result<std::optional<VolumeState>> read_state(std::string_view filesystem, const ReadBytes& read) {
  if (filesystem == "ext2" || filesystem == "ext3" || filesystem == "ext4") return read_ext(read);
  if (filesystem == "xfs") return read_xfs(read);
  if (filesystem == "btrfs") return read_btrfs(read);
  if (filesystem == "ntfs") return read_ntfs(read);
  if (filesystem == "LVM2_member") return read_lvm(read);
  if (filesystem == "linux_raid_member") return read_md(read);
  return std::optional<VolumeState>{};
}

}  // namespace imprint::guest

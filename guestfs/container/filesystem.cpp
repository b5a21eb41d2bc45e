#include "guestfs/container/filesystem.h"

#include <algorithm>
#include <array>

#include "guestfs/container/bytes.h"

namespace imprint::container {
namespace {

using namespace std::string_view_literals;

struct Magic {
  std::size_t offset;
  std::string_view bytes;
  std::string_view content;
  bool root;
};

constexpr std::array magics{
    Magic{0x438, "\x53\xef"sv, "ext", true},
    Magic{0, "XFSB"sv, "xfs", true},
    Magic{0x10040, "_BHRfS_M"sv, "btrfs", true},
    Magic{0x218, "LVM2 001"sv, "lvm2", true},
    Magic{0, "LUKS\xba\xbe"sv, "luks", true},
    Magic{0x1000, "\xfc\x4e\x2b\xa9"sv, "md", true},
    Magic{0, "\xfc\x4e\x2b\xa9"sv, "md", true},
    Magic{3, "NTFS    "sv, "ntfs", true},
    Magic{3, "EXFAT   "sv, "exfat", false},
    Magic{0x400, "\x10\x20\xf5\xf2"sv, "f2fs", true},
    Magic{0x400, "\xe2\xe1\xf5\xe0"sv, "erofs", true},
    Magic{0, "hsqs"sv, "squashfs", true},
    Magic{0x8000, "JFS1"sv, "jfs", true},
    Magic{0x10034, "ReIsEr"sv, "reiserfs", true},
    Magic{0x1055c, "\x19\x01\x54\x19"sv, "ufs", true},
    Magic{0xff6, "SWAPSPACE2"sv, "swap", false},
    Magic{0x36, "FAT1"sv, "fat", false},
    Magic{0x52, "FAT32"sv, "fat", false},
};
constexpr std::size_t window = 0x10600;

/// FAT volumes that carry no type name: two tables and the media byte of a fixed disk.
bool is_unnamed_fat(Bytes bytes) {
  return bytes.size() >= 0x16 && bytes[0x10] == std::byte{2} && bytes[0x15] == std::byte{0xf8} &&
         (bytes[0] == std::byte{0xeb} || bytes[0] == std::byte{0xe9});
}

}  // namespace

Result<std::string_view> content_at(ByteSource& source, std::uint64_t offset) {
  const auto bytes = TRY(read_range(source, offset, window));
  for (const Magic& magic : magics)
    if (holds(bytes, magic.offset, magic.bytes)) return magic.content;
  return is_unnamed_fat(bytes) ? "fat"sv : ""sv;
}

bool can_hold_root(std::string_view content) {
  return std::ranges::any_of(
      magics, [&](const Magic& magic) { return magic.content == content && magic.root; });
}

}  // namespace imprint::container

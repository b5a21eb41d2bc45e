#include "guestfs/facts/kernel_image.h"

#include <array>

#include "guestfs/guest/endian.h"
#include "guestfs/language/say.h"

namespace imprint::facts {
namespace {

// Offsets of the x86 boot protocol (Documentation/arch/x86/boot.rst of the kernel).
constexpr std::size_t setup_sectors_at = 0x1f1;
constexpr std::size_t system_size_at = 0x1f4;
constexpr std::size_t boot_flag_at = 0x1fe;
constexpr std::size_t magic_at = 0x202;
constexpr std::size_t version_pointer_at = 0x20e;
constexpr std::size_t header_end = 0x264;
constexpr std::uint64_t sector = 512;
constexpr std::uint64_t paragraph = 16;
constexpr std::size_t arm64_magic_at = 0x38;

bool is_x86_image(std::string_view head) {
  return head.substr(magic_at < head.size() ? magic_at : head.size()).starts_with("HdrS") &&
         guest::little<std::uint16_t>(head, boot_flag_at) == 0xaa55;
}

bool is_other_image(std::string_view head) {
  static constexpr std::array<std::string_view, 5> magics{"MZ",
                                                          "\x7f"
                                                          "ELF",
                                                          "\x1f\x8b", "\x28\xb5\x2f\xfd",
                                                          "\xfd"
                                                          "7zXZ"};
  for (const std::string_view magic : magics)
    if (head.starts_with(magic)) return true;
  return head.size() > arm64_magic_at && head.substr(arm64_magic_at).starts_with("ARM\x64");
}

Result<std::string> read_version(guest::GuestFs& fs, const guest::GuestPath& path,
                                 std::string_view head) {
  constexpr std::size_t longest = 256;
  const std::uint64_t pointer = guest::little<std::uint16_t>(head, version_pointer_at);
  if (pointer == 0) return std::string{};
  const std::string text = TRY(fs.read_range(path, pointer + sector, longest));
  return text.substr(0, text.find_first_of(std::string_view{" \0\n", 3}));
}

}  // namespace

Result<KernelImage> read_kernel_image(guest::FollowingFs& fs, const guest::GuestPath& asked) {
  const guest::GuestPath path = TRY(fs.resolve(asked));
  const guest::FileInfo info = TRY(fs.raw().stat(path));
  KernelImage image;
  if (info.size == 0) {
    image.fault = say("it is empty");
    return image;
  }
  const std::string head = TRY(fs.raw().read_range(path, 0, header_end));
  if (!is_x86_image(head)) {
    if (!is_other_image(head)) image.fault = say("its first bytes are not those of a kernel");
    return image;
  }
  const std::uint64_t setup = guest::little<std::uint8_t>(head, setup_sectors_at);
  const std::uint64_t whole = ((setup == 0 ? 4 : setup) + 1) * sector +
                              guest::little<std::uint32_t>(head, system_size_at) * paragraph;
  if (info.size < whole)
    image.fault = say("it is cut short: {} bytes, where its header tells {}", info.size, whole);
  image.version = TRY(read_version(fs.raw(), path, head));
  return image;
}

}  // namespace imprint::facts

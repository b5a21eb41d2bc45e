// The boot loaders' files one by one: the first byte chooses which parser reads the rest.

#include "guestfs/facts/bls.h"
#include "guestfs/facts/extlinux.h"
#include "guestfs/facts/grub_device.h"
#include "guestfs/facts/grub_legacy.h"
#include "guestfs/facts/grub_script.h"
#include "guestfs/facts/grubenv.h"
#include "guestfs/facts/kernel_cmdline.h"
#include "tests/fuzz/input.h"

using namespace imprint;

namespace {

void read_extlinux(std::string_view text) {
  facts::ExtlinuxMenu menu;
  facts::parse_extlinux(text, "/boot/extlinux/extlinux.conf", menu);
}

void read_devices(std::string_view text) {
  const facts::GrubFileName name = facts::split_grub_file(text);
  (void)name;
  (void)facts::resolve_grub_device({}, text);
  (void)facts::resolve_grub_legacy_device({}, text);
}

void compare_versions(std::string_view text) {
  const std::string_view one = text.substr(0, text.size() / 2);
  const std::string_view two = text.substr(text.size() / 2);
  const int order = facts::compare_versions(one, two);
  const int reverse = facts::compare_versions(two, one);
  fuzz::require((order < 0) == (reverse > 0) && (order == 0) == (reverse == 0),
                "an order of versions has two sides");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text = fuzz::text_of(data, size);
  switch (fuzz::choice_of(text) % 8) {
    case 0:
      (void)facts::parse_grub_script(text);
      break;
    case 1:
      (void)facts::parse_grub_legacy(text, "/boot/grub/grub.conf");
      break;
    case 2:
      (void)facts::parse_bls_entry(text, "/boot/loader/entries/a.conf");
      break;
    case 3:
      (void)facts::parse_grubenv(text);
      break;
    case 4:
      read_extlinux(text);
      break;
    case 5:
      (void)facts::cmdline_words(text);
      break;
    case 6:
      read_devices(text);
      break;
    default:
      compare_versions(text);
      break;
  }
  return 0;
}

// Whatever bytes a guest's files hold, reading ends and nothing crashes.

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "tests/guests/library/guests.h"

namespace imprint::guests {
namespace {

const std::vector<std::string>& pieces() {
  static const std::vector<std::string> words{"{",
                                              "}",
                                              "'",
                                              "\"",
                                              "$",
                                              "${",
                                              "\\",
                                              "\n",
                                              ";",
                                              " ",
                                              "if ",
                                              "then ",
                                              "else ",
                                              "elif ",
                                              "fi ",
                                              "for ",
                                              "in ",
                                              "while ",
                                              "do ",
                                              "done ",
                                              "function ",
                                              "menuentry ",
                                              "submenu ",
                                              "linux ",
                                              "initrd ",
                                              "search ",
                                              "--set=root ",
                                              "set ",
                                              "[ ",
                                              " ]",
                                              "configfile ",
                                              "source ",
                                              "$prefix/grub.cfg",
                                              "blscfg ",
                                              "title ",
                                              "root (hd0,0)",
                                              "kernel /k",
                                              "LABEL ",
                                              "DEFAULT ",
                                              "APPEND ",
                                              "INCLUDE ",
                                              "load_env ",
                                              "chainloader ",
                                              "a=b",
                                              "!",
                                              "#",
                                              "-a ",
                                              "(hd0,1)/",
                                              "loader/entries",
                                              "options ",
                                              std::string(1, '\0'),
                                              "\xff",
                                              "x"};
  return words;
}

std::string random_text(std::mt19937& random) {
  std::string text;
  const std::size_t count = random() % 300;
  for (std::size_t i = 0; i < count; ++i) text += pieces()[random() % pieces().size()];
  return text;
}

std::string mutated(std::string text, std::mt19937& random) {
  for (std::size_t i = random() % 8; i > 0 && !text.empty(); --i) {
    const std::size_t at = random() % text.size();
    switch (random() % 3) {
      case 0:
        text[at] = static_cast<char>(random());
        break;
      case 1:
        text.erase(at, random() % 40);
        break;
      default:
        text.insert(at, pieces()[random() % pieces().size()]);
    }
  }
  return text;
}

const std::vector<std::string>& files() {
  static const std::vector<std::string> paths{
      "/boot/grub/grub.cfg",
      "/boot/grub/grubenv",
      "/boot/grub2/grub.cfg",
      "/boot/grub2/grubenv",
      "/boot/grub/grub.conf",
      "/boot/extlinux.conf",
      "/boot/loader/loader.conf",
      "/boot/loader/entries/arch.conf",
      "/boot/loader/entries/4f1d-4.18.0-513.el8.x86_64.conf",
      "/boot/efi/EFI/debian/grub.cfg",
      "/boot/efi/EFI/redhat/grub.cfg",
      "/boot/EFI/Linux/arch-linux.efi",
      "/boot/EFI/BOOT/BOOTX64.EFI",
      "/boot/vmlinuz-6.1.0-18-amd64"};
  return paths;
}

TEST(RandomBytes, NeverStopTheReaderOfBootChains) {
  std::mt19937 random{20240229};
  for (int round = 0; round < 12; ++round) {
    for (const auto& [name, make] : healthy_guests()) {
      Guest guest = make();
      for (const std::string& path : files()) {
        guest::FollowingFs following{guest.fs};
        const auto text = following.read_text(guest::GuestPath::parse(path).value());
        if (!text) continue;
        Guest broken = guest;
        broken.fs.file(path, round % 2 == 0 ? mutated(text->text, random) : random_text(random));
        broken.complaints();
        const facts::Boot boot = broken.boot();
        EXPECT_LT(boot.default_entry.value_or(0), std::max<std::size_t>(boot.entries.size(), 1))
            << name;
      }
    }
  }
}

}  // namespace
}  // namespace imprint::guests

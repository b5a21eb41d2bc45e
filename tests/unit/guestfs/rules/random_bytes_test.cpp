#include <gtest/gtest.h>

#include <chrono>
#include <random>

#include "tests/guests/library/guests.h"

namespace imprint::guests {
namespace {

constexpr const char* text_files[] = {
    "/etc/fstab",       "/etc/crypttab",       "/etc/os-release",     "/etc/issue",
    "/etc/passwd",      "/etc/shadow",         "/etc/group",          "/etc/debian_version",
    "/etc/lsb-release", "/etc/redhat-release", "/etc/selinux/config", "/boot/config-6.1.0"};

/// Bytes of which many mean something to one of the parsers.
std::string random_text(std::mt19937& random, std::size_t size) {
  constexpr std::string_view telling = "\n\n  \t:=,\"'\\/#\r0123456789/dev/sda1UUID=SELINUX=";
  std::uniform_int_distribution<int> any{0, 255};
  std::string text;
  for (std::size_t i = 0; i < size; ++i) {
    const int byte = any(random);
    text += byte < 200 ? telling[static_cast<std::size_t>(byte) % telling.size()]
                       : static_cast<char>(any(random));
  }
  return text;
}

TEST(RandomBytes, InEveryTextFileNeitherCrashNorHang) {
  std::mt19937 random{20260101};
  const auto start = std::chrono::steady_clock::now();
  for (int round = 0; round < 60; ++round) {
    Guest guest = round % 2 == 0 ? debian12_bios() : rhel9();
    for (const char* path : text_files) guest.fs.file(path, random_text(random, 3000));
    const rules::Judgement judgement = guest.judge();
    EXPECT_LT(judgement.findings.size(), 100U * 80U);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds{60});
}

TEST(RandomBytes, UpToTheLimitOfAFileAreStillQuick) {
  std::mt19937 random{7};
  Guest guest = debian12_bios();
  const std::string text = random_text(random, std::size_t{1} << 20U);
  for (const char* path : text_files) guest.fs.file(path, text);
  const auto start = std::chrono::steady_clock::now();
  guest.judge();
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds{60});
}

TEST(RandomBytes, FlippedInAHealthyFileKeepTheOtherLines) {
  std::mt19937 random{42};
  for (int round = 0; round < 200; ++round) {
    Guest guest = debian12_bios();
    std::string text = guest.text_of("/etc/fstab");
    const std::size_t at = std::uniform_int_distribution<std::size_t>{0, text.size() - 1}(random);
    text[at] = static_cast<char>(std::uniform_int_distribution<int>{0, 255}(random));
    guest.fs.file("/etc/fstab", text);
    guest::FollowingFs fs{guest.fs};
    EXPECT_GE(facts::read_fstab(fs, guest.inventory, facts::Init::systemd).entries.size(), 2U);
  }
}

}  // namespace
}  // namespace imprint::guests

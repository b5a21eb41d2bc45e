#include "agent/workflows/console_text.h"

#include <gtest/gtest.h>

#include <chrono>

namespace imprint::workflows {
namespace {

TEST(ConsoleText, KnowsBootsThatFailed) {
  for (const char* console :
       {"[    1.0] Kernel panic - not syncing: VFS", "No bootable device.",
        "BdsDxe: No bootable option or device was found.", "Boot failed: not a bootable disk",
        "error: no such partition.\r\nEntering rescue mode...\r\ngrub rescue> ",
        "You are in emergency mode. After logging in,", "Busybox v1.35\n(initramfs) ", "dracut:/# ",
        "Booting\nerror: no such device: 1234."})
    EXPECT_TRUE(find_boot_fault(console)) << console;
}

TEST(ConsoleText, LetsHealthyBootsBe) {
  EXPECT_FALSE(find_boot_fault(""));
  EXPECT_FALSE(find_boot_fault("Linux version 6.1\nStarting\nweb login: "));
  EXPECT_FALSE(find_boot_fault("[ok] backup: error: no such file, passing over"));
  EXPECT_FALSE(find_boot_fault("Linux version 6.1\nreboot\nLinux version 6.1\n"));
}

TEST(ConsoleText, KnowsAMachineThatResetsAgainAndAgain) {
  std::string console;
  for (int i = 0; i < 4; ++i) console += "[    0.000000] Linux version 6.1\n";
  EXPECT_TRUE(find_boot_fault(console));
}

TEST(ConsoleText, LooksForTheSignAfterTheLastFault) {
  const Pattern login = *Pattern::compile("login:");
  EXPECT_TRUE(shows("Kernel panic\nLinux version\nweb login: ", login));
  EXPECT_FALSE(shows("web login: \nKernel panic", login));
}

TEST(ConsoleText, TailIsPrintable) {
  EXPECT_EQ(printable_tail("one\r\n\r\ntwo\x1b[0m\nthree", 2), "two\\x1b[0m | three");
  EXPECT_EQ(printable_tail("", 2), "");
}

TEST(Pattern, RefusesWhatIsNone) {
  const auto broken = Pattern::compile("(");
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().code, Errc::invalid);
}

TEST(Pattern, AHostilePatternOnAHostileConsoleTakesNoTime) {
  const Pattern pattern = *Pattern::compile("^(a+)+$");
  std::string console;
  for (int i = 0; i < 60; ++i) console += std::string(1000, 'a') + "b\n";
  const auto began = std::chrono::steady_clock::now();
  EXPECT_FALSE(shows(console, pattern));
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds{5});
  EXPECT_TRUE(pattern.found_in("aaa"));
}

}  // namespace
}  // namespace imprint::workflows

#include "guestfs/repair/unified_diff.h"

#include <gtest/gtest.h>

#include <fstream>
#include <random>

#include "agent/base/atomic_file.h"
#include "tests/support/real_disks.h"
#include "tests/support/temp_folder.h"

namespace imprint::repair {
namespace {

std::string as_it_is(std::string_view line) {
  return std::string{line};
}

std::string diff(std::string_view before, std::string_view after) {
  return unified_diff({"/f", before}, {"/f", after}, as_it_is);
}

TEST(UnifiedDiff, ShowsThreeLinesAroundAChange) {
  EXPECT_EQ(diff("1\n2\n3\n4\n5\n6\n7\n8\n", "1\n2\n3\n4\nfive\n6\n7\n8\n"),
            "--- a/f\n+++ b/f\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n");
}

TEST(UnifiedDiff, MakesHunksOfChangesThatLieApart) {
  EXPECT_EQ(diff("a\n1\n2\n3\n4\n5\n6\n7\nb\n", "A\n1\n2\n3\n4\n5\n6\n7\nB\n"),
            "--- a/f\n+++ b/f\n@@ -1,4 +1,4 @@\n-a\n+A\n 1\n 2\n 3\n"
            "@@ -6,4 +6,4 @@\n 5\n 6\n 7\n-b\n+B\n");
}

TEST(UnifiedDiff, TellsWhereTheLastLineHasNoEnd) {
  EXPECT_EQ(diff("a", "# r\n#a"),
            "--- a/f\n+++ b/f\n@@ -1 +1,2 @@\n-a\n\\ No newline at end of file\n"
            "+# r\n+#a\n\\ No newline at end of file\n");
}

TEST(UnifiedDiff, NamesAFileThatGoes) {
  EXPECT_EQ(unified_diff({"/f", "a\n"}, {"", ""}, as_it_is),
            "--- a/f\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n");
  EXPECT_EQ(diff("a\n", ""), "--- a/f\n+++ b/f\n@@ -1 +0,0 @@\n-a\n");
}

TEST(UnifiedDiff, IsEmptyWhereNothingDiffers) {
  EXPECT_EQ(diff("", ""), "");
  EXPECT_EQ(diff("a\nb", "a\nb"), "");
}

TEST(UnifiedDiff, ShowsWhatItIsToldToOfEachLine) {
  const auto hidden = [](std::string_view line) { return std::string(line.size(), '*'); };
  EXPECT_EQ(unified_diff({"/f", "ab\n"}, {"/f", "abc\n"}, hidden),
            "--- a/f\n+++ b/f\n@@ -1 +1 @@\n-**\n+***\n");
}

/// What another program makes of it.
TEST(UnifiedDiff, IsAppliedByGit) {
  std::mt19937 random{7};  // NOLINT(cert-msc51-cpp): the same texts each time
  const test::TempFolder folder;
  for (int round = 0; round < 20; ++round) {
    std::string before;
    std::string after;
    for (int line = 0; line < 40; ++line) {
      const std::string text = std::string(1, static_cast<char>('a' + random() % 5)) + "\r\n";
      const auto fate = random() % 8;
      if (fate != 0) before += text;
      if (fate != 1) after += text;
      if (fate == 2) after += "new\n";
    }
    if (round % 2 == 0) after += "unended";
    if (round % 3 == 0) before += "unended";
    const std::string patch = diff(before, after);
    if (patch.empty()) continue;
    std::ofstream{folder / "f"} << before;
    std::ofstream{folder / "patch"} << patch;
    ASSERT_NO_FATAL_FAILURE(test::run_or_fail(
        {"git", "-C", folder.path().string(), "apply", "--whitespace=nowarn", "patch"}));
    EXPECT_EQ(read_file(folder / "f").value(), after);
  }
}

TEST(UnifiedDiff, EndsSoonForLongTexts) {
  std::string before;
  std::string after;
  for (int i = 0; i < 60'000; ++i) {
    before += std::to_string(i) + "\n";
    after += std::to_string(i * 7) + "\n";
  }
  EXPECT_GT(diff(before, after).size(), before.size());
}

}  // namespace
}  // namespace imprint::repair

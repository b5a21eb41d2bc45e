#include "guestfs/repair/line_edits.h"

#include <gtest/gtest.h>

namespace imprint::repair {
namespace {

const LineEdit comment{"gone", std::nullopt};

TEST(EditedLines, BecomeCommentsWithARemarkAbove) {
  EXPECT_EQ(edit_lines("a\nb\nc\n", {{2, comment}}), "a\n# gone\n#b\nc\n");
}

TEST(EditedLines, KeepTheirEnds) {
  EXPECT_EQ(edit_lines("a\r\nb\r\nc\r\n", {{2, comment}}), "a\r\n# gone\r\n#b\r\nc\r\n");
  EXPECT_EQ(edit_lines("a\nb", {{2, comment}}), "a\n# gone\n#b");
  EXPECT_EQ(edit_lines("a\r\nb", {{2, comment}}), "a\r\n# gone\r\n#b");
  EXPECT_EQ(edit_lines("b", {{1, comment}}), "# gone\n#b");
  EXPECT_EQ(edit_lines("a\nb\r", {{2, comment}}), "a\n# gone\n#b\r");
}

TEST(EditedLines, AreReplacedWithoutTheirEnds) {
  EXPECT_EQ(edit_lines("a\r\nb\nc", {{1, {std::nullopt, "x"}}, {3, {std::nullopt, "y"}}}),
            "x\r\nb\ny");
}

TEST(EditedLines, LeaveEveryOtherByte) {
  const std::string bytes{"\xff\x00\t a\r\r\n\n\n \xe4\xb8\n#\nlast", 20};
  EXPECT_EQ(edit_lines(bytes, {}), bytes);
  EXPECT_EQ(edit_lines(bytes, {{99, comment}}), bytes);
  EXPECT_EQ(edit_lines("", {{1, comment}}), "");
}

}  // namespace
}  // namespace imprint::repair

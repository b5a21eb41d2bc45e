#include "agent/base/printable.h"

#include <gtest/gtest.h>

namespace imprint {
namespace {

TEST(Printable, KeepsPlainAndForeignText) {
  EXPECT_EQ(printable("UUID=1 / ext4"), "UUID=1 / ext4");
  EXPECT_EQ(printable("系统盘 größe"), "系统盘 größe");
  EXPECT_EQ(printable("a\tb"), "a b");
}

TEST(Printable, ShowsWhatATerminalWouldObey) {
  EXPECT_EQ(printable("\x1b[2Jgone"), "\\x1b[2Jgone");
  EXPECT_EQ(printable("a\r\nb"), "a\\x0d\\x0ab");
  EXPECT_EQ(printable("\xc2\x9b"
                      "31m"),
            "\\xc2\\x9b31m");
  EXPECT_EQ(printable("\xe2\x80\xae"
                      "txt"),
            "\\xe2\\x80\\xaetxt");
  EXPECT_EQ(printable(std::string_view{"\0\x7f", 2}), "\\x00\\x7f");
}

TEST(Printable, ShowsBytesThatAreNoUtf8) {
  EXPECT_EQ(printable("\xff\xfe"), "\\xff\\xfe");
  EXPECT_EQ(printable("\xc0\xaf"), "\\xc0\\xaf");
  EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80");
  EXPECT_EQ(printable("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");
  EXPECT_EQ(printable("ok\xe4\xb8"), "ok\\xe4\\xb8");
}

TEST(Printable, CutsLongText) {
  EXPECT_EQ(printable("0123456789", 4), "0123...");
  EXPECT_EQ(printable("0123", 4), "0123");
}

}  // namespace
}  // namespace imprint

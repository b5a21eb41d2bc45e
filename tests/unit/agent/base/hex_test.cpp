#include "agent/base/hex.h"

#include <gtest/gtest.h>

namespace imprint::test {
namespace {

TEST(Hex, WritesAndReadsEveryByte) {
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
  EXPECT_EQ(to_hex("ext4\xff"), "65787434ff");
  EXPECT_EQ(parse_hex(to_hex(bytes)).value(), bytes);
  EXPECT_EQ(parse_hex("6F").value(), "o");
  EXPECT_EQ(parse_hex("").value(), "");
}

TEST(Hex, RefusesWhatAreNotPairsOfDigits) {
  for (const char* text : {"6", "656", "6g", "0x65", "+6", " 6", "-1"}) {
    SCOPED_TRACE(text);
    const auto bytes = parse_hex(text);
    ASSERT_FALSE(bytes);
    EXPECT_EQ(bytes.error().code, Errc::invalid);
  }
}

}  // namespace
}  // namespace imprint::test

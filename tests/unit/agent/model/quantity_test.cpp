#include "agent/model/quantity.h"

#include <gmock/gmock.h>

namespace imprint {
namespace {

TEST(SizeOf, CountsInBinaryUnits) {
  EXPECT_EQ(parse_size("1073741824").value(), std::uint64_t{1} << 30);
  EXPECT_EQ(parse_size("512B").value(), 512U);
  EXPECT_EQ(parse_size("3KiB").value(), 3U << 10);
  EXPECT_EQ(parse_size("512MiB").value(), std::uint64_t{512} << 20);
  EXPECT_EQ(parse_size("20G").value(), std::uint64_t{20} << 30);
  EXPECT_EQ(parse_size("2TiB").value(), std::uint64_t{2} << 40);
}

TEST(SizeOf, RefusesWhatIsNoneAndNamesIt) {
  for (const char* text :
       {"", "0", "0GiB", "-1", "+1", " 1", "1 GiB", "GiB", "1.5GiB", "1gib", "1GB", "1GiBx", "0x10",
        "18446744073709551616", "8388608TiB", "9223372036854775808"}) {
    const auto size = parse_size(text);
    ASSERT_FALSE(size) << text;
    EXPECT_EQ(size.error().code, Errc::invalid);
    EXPECT_THAT(size.error().message, testing::HasSubstr(text));
  }
}

TEST(DurationOf, NeedsAUnitUnlessItIsZero) {
  EXPECT_EQ(parse_duration("90s")->count(), 90);
  EXPECT_EQ(parse_duration("30m")->count(), 1800);
  EXPECT_EQ(parse_duration("24h")->count(), 86400);
  EXPECT_EQ(parse_duration("7d")->count(), 7 * 86400);
  EXPECT_EQ(parse_duration("0")->count(), 0);
  for (const char* text :
       {"", "5", "-1s", "1w", "1 h", "h", "1.5h", "100000001s", "99999999999999999999d"})
    EXPECT_FALSE(parse_duration(text)) << text;
}

TEST(SizeText, IsForPeople) {
  EXPECT_EQ(format_size(0), "0 B");
  EXPECT_EQ(format_size(1023), "1023 B");
  EXPECT_EQ(format_size(std::uint64_t{4} << 30), "4.0 GiB");
  EXPECT_EQ(format_size(UINT64_MAX), "16777216.0 TiB");
}

}  // namespace
}  // namespace imprint

#include "guestfs/report/words.h"

#include <gtest/gtest.h>

#include "tests/unit/guestfs/report/sample.h"

namespace imprint::report {
namespace {

TEST(Words, NameTheErrorThatStrikesFirst) {
  ImageReport image = test::full_report().images[0];
  EXPECT_EQ(main_reason_or_null(image)->rule, "fstab.device-not-in-image");
  image.findings.push_back({"boot.kernel-missing", Severity::error, "", {}, "", "gone", "", ""});
  EXPECT_EQ(reason_of(image), "gone");
  EXPECT_EQ(main_reason_or_null(test::accepted_image()), nullptr);
  EXPECT_EQ(reason_of(test::unreadable_image()), "cannot be read: No such file or directory");
}

TEST(Words, PutFirstWhatStrikesFirstAndLastWhatIsWaived) {
  ImageReport image = test::waived_image();
  for (const char* rule : {"shadow.mode", "fstab.bad", "boot.kernel-missing"})
    image.findings.push_back(
        {rule,
         std::string_view{rule} == "shadow.mode" ? Severity::warning : Severity::error,
         "",
         {},
         "",
         "",
         "",
         ""});
  const auto order = in_reading_order(image);
  EXPECT_EQ(order[0]->rule, "boot.kernel-missing");
  EXPECT_EQ(order[1]->rule, "fstab.bad");
  EXPECT_EQ(order[2]->severity, Severity::warning);
  EXPECT_TRUE(order.back()->waived.has_value());
  EXPECT_EQ(order.size(), image.findings.size());
}

TEST(Words, CountWhatThereIs) {
  EXPECT_EQ(counts(test::full_report().images[0]),
            "2 errors, 1 warning, 1 note, 1 unanswered question");
  EXPECT_EQ(counts(test::accepted_image()), "no findings");
}

TEST(Words, MeasureAsATerminalDoes) {
  EXPECT_EQ(display_width("root"), 4U);
  EXPECT_EQ(display_width("größe"), 5U);
  EXPECT_EQ(display_width("系统盘"), 6U);
  EXPECT_LE(display_width("\xff\xe4"), 4U);
}

TEST(Words, GiveSizesInTheUnitPeopleUse) {
  EXPECT_EQ(human_size(0), "0 B");
  EXPECT_EQ(human_size(1536), "1.5 KiB");
  EXPECT_EQ(human_size(std::uint64_t{20} << 30), "20.0 GiB");
}

}  // namespace
}  // namespace imprint::report

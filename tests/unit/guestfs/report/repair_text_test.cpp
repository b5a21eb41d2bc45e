#include "guestfs/report/repair_text.h"

#include <gmock/gmock.h>

#include "tests/unit/guestfs/report/sample.h"

namespace imprint::report {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST(RepairText, TellsBothVerdictsEachChangeAndWhatStays) {
  const std::string text = repair_text(test::repair_of(test::full_report().images[0]), false);
  EXPECT_THAT(text, StartsWith("\nfiles repaired: 1\n  before  rejected  "));
  EXPECT_THAT(text, HasSubstr("\n  after   accepted  fixed.qcow2\n"));
  EXPECT_THAT(text, HasSubstr("\n/etc/fstab  changed  fstab.device-not-in-image\n  line 3\n"
                              "--- a/etc/fstab\n+++ b/etc/fstab\n@@ -1 +1 @@\n-a\n+#a\n"));
  EXPECT_THAT(text, HasSubstr("\nnot repaired\n  seal.suid /bin/x:3  by hand\n"));
}

TEST(RepairText, LeavesNoGapWhereAFindingHasNoPlace) {
  RepairReport repair = test::repair_of(test::full_report().images[0]);
  repair.unrepaired[0].path.clear();
  repair.unrepaired[0].line.reset();
  EXPECT_THAT(repair_text(repair, false), HasSubstr("\n  seal.suid  by hand\n"));
}

TEST(RepairText, SaysWhyNothingWasRepaired) {
  RepairReport repair;
  repair.refusal = "it is \x1b[31m Windows";
  const std::string text = repair_text(repair, false);
  EXPECT_THAT(text, HasSubstr("nothing was repaired: it is \\x1b[31m Windows\n"));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  repair.refusal.clear();
  EXPECT_THAT(repair_text(repair, false), HasSubstr("there is nothing to repair\n"));
}

TEST(RepairText, LetsNothingOfTheGuestReachTheTerminalAsItIs) {
  RepairReport repair = test::repair_of(test::full_report().images[0]);
  repair.changes[0].diff = "-\x1b]0;x\x07\n+a\r\n";
  repair.changes[0].path = "/a\nb";
  const std::string text = repair_text(repair, false);
  EXPECT_THAT(text, HasSubstr("\n-\\x1b]0;x\\x07\n+a\\x0d\n"));
  EXPECT_THAT(text, HasSubstr("/a\\x0ab"));
}

}  // namespace
}  // namespace imprint::report

#include "guestfs/report/html.h"

#include <gmock/gmock.h>

#include "guestfs/report/markup.h"
#include "tests/unit/guestfs/report/sample.h"

namespace imprint::report {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST(HtmlReport, SaysTheVerdictAndItsFirstReasonFirst) {
  const std::string page = render_html(test::full_report());
  const auto reason = page.find("no file system of the image has the UUID");
  ASSERT_NE(reason, std::string::npos);
  EXPECT_LT(page.find("class=\"banner rejected\""), reason);
  EXPECT_LT(reason, page.find("class=\"chain\""));
  EXPECT_LT(page.find("class=\"chain\""), page.find("class=\"finding"));
}

TEST(HtmlReport, ShowsTheOffendingLineInItsContext) {
  const std::string page = render_html(test::full_report());
  EXPECT_THAT(page, HasSubstr("<code># the data disk</code>"));
  EXPECT_THAT(page, HasSubstr("<tr class=\"offends\"><td class=\"mark\">▶</td><td "
                              "class=\"line\">9</td><td><code>UUID=8d7f2c10"));
}

TEST(HtmlReport, ShowsWhatIsWaivedInAGroupOfItsOwn) {
  const std::string page = render_html({"mine", "r", {test::waived_image()}});
  EXPECT_THAT(page, HasSubstr("class=\"banner accepted\""));
  EXPECT_THAT(page, HasSubstr("some of what was found is only waived"));
  EXPECT_THAT(page, HasSubstr("<h3>Waived <span class=\"count\">2</span></h3>"));
  EXPECT_THAT(page, HasSubstr("waived until 2026-12-31: the disk is attached by hand"));
  EXPECT_THAT(page, Not(HasSubstr("<h3>Errors")));
}

TEST(HtmlReport, ComparesProfiles) {
  EXPECT_THAT(render_html(test::full_report()), HasSubstr("<code>selinux.enabled</code>"));
  EXPECT_THAT(render_html({"generic", "r", {test::accepted_image()}}),
              Not(HasSubstr("profiles differ")));
}

TEST(HtmlReport, HasAnOverviewOfSeveralImages) {
  const std::string page =
      render_html({"generic", "r", {test::accepted_image(), test::unreadable_image()}});
  EXPECT_THAT(page, HasSubstr("<a href=\"#image-2\">no-such.qcow2</a>"));
  EXPECT_THAT(page, HasSubstr("id=\"image-2\""));
}

TEST(HtmlReport, BeginsWithTheRepair) {
  RepairReport repair = test::repair_of(test::full_report().images[0]);
  repair.changes[0].diff += "-<b>\x1b\n";
  const std::string page = render_html({"generic", "r", {test::accepted_image()}}, &repair);
  const auto before = page.find("class=\"badge rejected\"");
  const auto after = page.find("class=\"badge accepted\"");
  EXPECT_LT(page.find("<h3>files repaired: 1</h3>"), before);
  EXPECT_LT(before, after);
  EXPECT_LT(after, page.find("class=\"banner"));
  EXPECT_THAT(page, HasSubstr("<code class=\"removed\">-&lt;b&gt;\\x1b</code>"));
  EXPECT_THAT(page, HasSubstr("<code class=\"added\">+#a</code>"));
  EXPECT_THAT(page, HasSubstr("<code>/bin/x:3</code> by hand"));
}

TEST(HtmlReport, LetsNoGuestWriteMarkup) {
  const std::string page = render_html(test::hostile_report());
  EXPECT_THAT(
      page, AllOf(Not(HasSubstr("<script")), Not(HasSubstr("alert('")), Not(HasSubstr("\x1b")),
                  Not(HasSubstr("\x01")), Not(HasSubstr("\xe2\x80\xae")), Not(HasSubstr("\xff"))));
  EXPECT_THAT(page, HasSubstr("&lt;script&gt;alert(&#39;x&#39;)"));
}

TEST(HtmlReport, ForbidsItselfEverythingButItsStyle) {
  const std::string page = render_html(test::full_report());
  EXPECT_THAT(page, HasSubstr("default-src 'none'; style-src 'sha256-" + style_digest() + "'"));
  EXPECT_THAT(page, AllOf(Not(HasSubstr("http://")), Not(HasSubstr("https://")),
                          Not(HasSubstr("style=")), Not(HasSubstr("url("))));
}

TEST(Markup, WritesNumbersForSvg) {
  EXPECT_EQ(number(0), "0");
  EXPECT_EQ(number(12.5), "12.5");
  EXPECT_EQ(number(33.333), "33.33");
}

}  // namespace
}  // namespace imprint::report

#include "guestfs/report/junit.h"

#include <gmock/gmock.h>

#include <pugixml.hpp>

#include "tests/unit/guestfs/report/sample.h"

namespace imprint::report {
namespace {

struct Parsed {
  explicit Parsed(const Report& report, const RepairReport* repair = nullptr) {
    result = document.load_string(render_junit(report, repair).c_str(), pugi::parse_full);
    suite = document.child("testsuites").child("testsuite");
  }
  [[nodiscard]] pugi::xml_node test(const char* rule) const {
    return suite.find_child_by_attribute("testcase", "name", rule);
  }
  pugi::xml_document document;
  pugi::xml_parse_result result;
  pugi::xml_node suite;
};

TEST(JunitReport, FailsForErrorsAlone) {
  const Parsed parsed{test::full_report()};
  ASSERT_TRUE(parsed.result);
  EXPECT_STREQ(parsed.suite.attribute("name").value(), "/srv/images/web.qcow2");
  const auto failed = parsed.test("fstab.device-not-in-image");
  EXPECT_STREQ(failed.attribute("classname").value(), "fstab");
  EXPECT_THAT(failed.child("failure").text().get(), testing::HasSubstr("/etc/fstab:9"));
  EXPECT_FALSE(parsed.test("shadow.mode").child("failure"));
  EXPECT_THAT(parsed.test("shadow.mode").child("system-out").text().get(),
              testing::HasSubstr("the file has the mode 0644"));
  EXPECT_EQ(parsed.suite.attribute("failures").as_int(), 2);
}

TEST(JunitReport, TellsSkippedFromUndetermined) {
  Report report = test::full_report();
  report.images[0].answers.push_back({"seal.x", Answered::undetermined});
  const Parsed parsed{report};
  EXPECT_TRUE(parsed.test("fstab.crypttab").child("skipped"));
  EXPECT_TRUE(parsed.test("boot.initrd-missing").child("error"));
  EXPECT_TRUE(parsed.test("seal.x").child("skipped"));
  EXPECT_TRUE(parsed.test("fstab.syntax"));
  EXPECT_FALSE(parsed.test("fstab.syntax").first_child());
  EXPECT_EQ(parsed.suite.attribute("errors").as_int(), 1);
  EXPECT_EQ(parsed.suite.attribute("skipped").as_int(), 2);
  EXPECT_EQ(parsed.suite.attribute("tests").as_int(), 8);
}

TEST(JunitReport, TellsOfTheRepair) {
  RepairReport repair = test::repair_of(test::full_report().images[0]);
  repair.changes[0].diff += "+\x1b\n";
  const Parsed parsed{{"generic", "r", {test::accepted_image()}}, &repair};
  ASSERT_TRUE(parsed.result);
  const auto properties = parsed.suite.first_child();
  EXPECT_STREQ(properties.name(), "properties");
  EXPECT_STREQ(properties.first_child().attribute("name").value(), "repair.before");
  EXPECT_STREQ(properties.first_child().attribute("value").value(), "rejected");
  EXPECT_STREQ(properties.last_child().attribute("name").value(), "repair.after");
  EXPECT_STREQ(properties.last_child().attribute("value").value(), "accepted");
  const std::string output = parsed.suite.child("system-out").text().get();
  EXPECT_THAT(output, testing::HasSubstr("-a\n+#a\n+\\x1b\n"));
}

TEST(JunitReport, DoesNotFailForWhatIsWaived) {
  const Parsed parsed{{"mine", "r", {test::waived_image()}}};
  const auto waived = parsed.test("fstab.device-not-in-image");
  EXPECT_FALSE(waived.child("failure"));
  EXPECT_THAT(waived.child("system-out").text().get(),
              testing::HasSubstr("waived until 2026-12-31: the disk is attached by hand"));
  EXPECT_EQ(parsed.suite.attribute("failures").as_int(), 0);
}

TEST(JunitReport, TellsOfAnImageThatCouldNotBeRead) {
  const Parsed parsed{{"generic", "r", {test::unreadable_image()}}};
  EXPECT_TRUE(parsed.test("disk.unreadable").child("error"));
}

TEST(JunitReport, IsWellFormedWhateverTheGuestSays) {
  const std::string text = render_junit(test::hostile_report());
  for (const char c : text) EXPECT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= 0x20);
  EXPECT_THAT(text, testing::Not(testing::HasSubstr("<script")));
  EXPECT_TRUE(Parsed{test::hostile_report()}.result);
}

}  // namespace
}  // namespace imprint::report

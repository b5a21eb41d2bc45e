#include "guestfs/report/sarif.h"

#include <gmock/gmock.h>

#include "agent/model/json.h"
#include "guestfs/report/uri.h"
#include "tests/unit/guestfs/report/sample.h"

namespace imprint::report {
namespace {

const std::vector<rules::Rule> table{
    {"shadow.mode", Severity::warning, "title", "effect", "hint", nullptr},
    {"fstab.device-not-in-image", Severity::error, "title", "effect", "hint", nullptr}};

Json run_of(const Report& report) {
  return parse_json(render_sarif(report, table)).value()["runs"][0];
}

TEST(SarifReport, PlacesAFindingInTheGuest) {
  const Json result = run_of(test::full_report())["results"][1];
  EXPECT_EQ(result["ruleId"], "fstab.device-not-in-image");
  EXPECT_EQ(result["ruleIndex"], 1);
  EXPECT_EQ(result["level"], "error");
  const Json place = result["locations"][0]["physicalLocation"];
  EXPECT_EQ(place["artifactLocation"]["uri"], "etc/fstab");
  EXPECT_EQ(place["artifactLocation"]["uriBaseId"], "GUEST");
  EXPECT_EQ(place["region"]["startLine"], 9);
  EXPECT_EQ(place["contextRegion"]["startLine"], 7);
  EXPECT_EQ(place["contextRegion"]["endLine"], 11);
}

TEST(SarifReport, PlacesAFaultOfTheDiskAtItsFile) {
  const Json result = run_of(test::full_report())["results"][3];
  EXPECT_EQ(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
            "file:///srv/images/web.qcow2");
  EXPECT_EQ(result["level"], "note");
  EXPECT_EQ(result["ruleIndex"], -1);
}

TEST(SarifReport, KnowsAFaultAgainWhereverItsLineStands) {
  Report report = test::full_report();
  const Json before = run_of(report)["results"][1]["partialFingerprints"];
  report.images[0].findings[1].line = 40;
  EXPECT_EQ(run_of(report)["results"][1]["partialFingerprints"], before);
  report.images[0].findings.push_back(report.images[0].findings[1]);
  EXPECT_NE(run_of(report)["results"][4]["partialFingerprints"], before);
}

TEST(SarifReport, NotifiesOfWhatStayedOpen) {
  const Json invocation = run_of(test::full_report())["invocations"][0];
  EXPECT_EQ(invocation["executionSuccessful"], true);
  EXPECT_EQ(invocation["toolExecutionNotifications"][0]["associatedRule"]["id"],
            "boot.initrd-missing");
  EXPECT_EQ(
      run_of({"generic", "r", {test::unreadable_image()}})["invocations"][0]["executionSuccessful"],
      false);
}

TEST(SarifReport, SuppressesWhatIsWaived) {
  const Json run = run_of({"mine", "r", {test::waived_image()}});
  EXPECT_EQ(run["properties"]["verdict"], "accepted");
  EXPECT_EQ(run["results"][0]["suppressions"], Json::array());
  const Json suppression = run["results"][1]["suppressions"][0];
  EXPECT_EQ(suppression["kind"], "external");
  EXPECT_EQ(suppression["status"], "accepted");
  EXPECT_EQ(suppression["justification"], "the disk is attached by hand");
  EXPECT_FALSE(run_of(test::full_report())["results"][1].contains("suppressions"));
}

TEST(SarifReport, TellsOfTheRepair) {
  RepairReport repair = test::repair_of(test::full_report().images[0]);
  repair.changes[0].path += "\x1b";
  const Report report{"generic", "r", {test::accepted_image()}};
  const Json run = parse_json(render_sarif(report, table, &repair)).value()["runs"][0];
  const Json& told = run["properties"]["repair"];
  EXPECT_EQ(told["before"]["verdict"], "rejected");
  EXPECT_FALSE(told["before"].contains("findings"));
  EXPECT_EQ(told["after"], "accepted");
  EXPECT_EQ(told["changes"][0]["path"], "/etc/fstab\\x1b");
  EXPECT_EQ(told["changes"][0]["diff"][4], "+#a");
  EXPECT_EQ(told["unrepaired"][0]["line"], 3);
  const Json& notes = run["invocations"][0]["toolExecutionNotifications"];
  ASSERT_EQ(notes.size(), 2U);
  EXPECT_EQ(notes[0]["message"]["text"], "files repaired: 1");
  EXPECT_EQ(notes[1]["message"]["text"], "/etc/fstab\\x1b: changed");
  EXPECT_EQ(notes[1]["level"], "note");
}

TEST(Uri, HoldsAnyBytes) {
  EXPECT_EQ(uri_of_file("/a b/c%d\xff.raw"), "file:///a%20b/c%25d%FF.raw");
  EXPECT_EQ(uri_of_file("x#y?.raw"), "x%23y%3F.raw");
  EXPECT_EQ(relative_uri("//etc/fstab"), "etc/fstab");
}

}  // namespace
}  // namespace imprint::report

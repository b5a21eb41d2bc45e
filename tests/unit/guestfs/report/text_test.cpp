#include "guestfs/report/text.h"

#include <gmock/gmock.h>

#include "tests/unit/guestfs/report/sample.h"

namespace imprint::report {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

Report sample() {
  ImageReport image;
  image.path = "web.qcow2";
  image.sha256 = std::string(64, 'a');
  image.verdict = Verdict::rejected;
  image.container = {"qcow2", std::uint64_t{20} << 30};
  image.guest = {"linux", "debian", "12", "Debian GNU/Linux 12", "x86_64", "systemd", {"bios"}};
  image.disks = {{{{"/dev/sda2", "ext4", "1111", "root", std::uint64_t{1} << 30}}}};
  image.boot.loader = "grub2";
  image.boot.default_entry =
      BootEntryFacts{"Debian", "/boot/vmlinuz", {"/boot/initrd"}, "root=UUID=1111 ro"};
  image.findings.push_back({"shadow.mode", Severity::warning, "/etc/shadow", std::nullopt, "",
                            "anybody can read it", "", ""});
  image.findings.push_back({"fstab.device-not-in-image", Severity::error, "/etc/fstab", 3,
                            "UUID=2222 /data ext4 defaults 0 2", "no file system has this UUID",
                            "emergency mode", "remove the line"});
  image.coverage = {40, 3, 0};
  return {"generic", "2026.1", {image}};
}

TEST(TextReport, ShowsTheVerdictFirstAndLast) {
  const std::string text = render_text(sample(), false);
  EXPECT_THAT(text, StartsWith("rejected  web.qcow2  (1 error, 1 warning)\n"));
  EXPECT_THAT(text, HasSubstr("0.0 s\nrejected  web.qcow2  (1 error, 1 warning)\nprofile generic"));
}

TEST(TextReport, ShowsTheOffendingLineWithPlaceEffectAndHint) {
  EXPECT_THAT(render_text(sample(), false),
              HasSubstr("\nerror fstab.device-not-in-image  /etc/fstab:3\n"
                        "    |\n"
                        "> 3 | UUID=2222 /data ext4 defaults 0 2\n"
                        "    |\n"
                        "  no file system has this UUID\n"
                        "  effect: emergency mode\n"
                        "  to do: remove the line\n"));
}

TEST(TextReport, ShowsTheOffendingLineInItsContext) {
  Report report = sample();
  report.images[0].findings[1].line = 10;
  report.images[0].findings[1].context = {
      {9, "# data"}, {10, report.images[0].findings[1].text}, {11, ""}};
  EXPECT_THAT(render_text(report, false), HasSubstr("   9 | # data\n"
                                                    "> 10 | UUID=2222 /data ext4 defaults 0 2\n"
                                                    "  11 |"));
}

TEST(TextReport, ComparesProfiles) {
  const std::string text = render_text(test::full_report(), false);
  EXPECT_THAT(text, HasSubstr("where the profiles differ  ecs       generic\n"
                              "  verdict                    rejected  rejected\n"));
  EXPECT_THAT(text, HasSubstr("  selinux.enabled            error     note\n"));
  EXPECT_THAT(text, HasSubstr("  fs.swap-partition          note      clean\n"));
}

TEST(TextReport, TellsAtOnceAndWithEachFindingWhichProfileRejects) {
  const std::string text = render_text(test::full_report(), false);
  EXPECT_THAT(text, HasSubstr("\n  profiles  ecs rejected, generic rejected\n"));
  EXPECT_THAT(text, HasSubstr("\n  profiles: ecs error, generic note\n"));
  EXPECT_THAT(render_text(sample(), false), Not(HasSubstr("profiles")));
}

TEST(TextReport, BeginsWithTheErrorThatItsFirstLinesName) {
  Report report = sample();
  report.images[0].findings.push_back(
      {"boot.kernel-missing", Severity::error, "", {}, "", "there is no kernel", "", ""});
  const std::string text = render_text(report, false);
  EXPECT_THAT(text, HasSubstr(")\n  there is no kernel\n"));
  EXPECT_LT(text.find("error boot.kernel-missing"), text.find("error fstab"));
}

TEST(TextReport, CountsSeveralImages) {
  Report report = sample();
  EXPECT_THAT(render_text(report, false), Not(HasSubstr("images:")));
  report.images.push_back(test::accepted_image());
  report.images.push_back(report.images[0]);
  EXPECT_THAT(render_text(report, false),
              HasSubstr("\n\n3 images: 1 accepted, 2 rejected\nprofile generic"));
}

TEST(TextReport, TellsErrorsBeforeWarnings) {
  const std::string text = render_text(sample(), false);
  EXPECT_LT(text.find("error fstab"), text.find("warning shadow.mode  /etc/shadow\n"));
}

TEST(TextReport, MapsDisksAndBoot) {
  const std::string text = render_text(sample(), false);
  EXPECT_THAT(text, HasSubstr("  /dev/sda2  1.0 GiB  ext4         -    root   1111\n"));
  EXPECT_THAT(text, HasSubstr("kernel    /boot/vmlinuz\n"));
  EXPECT_THAT(text, HasSubstr("format    qcow2, 20.0 GiB\n"));
  EXPECT_THAT(text, HasSubstr("40 rules answered, 3 not applicable, 0 undetermined"));
}

TEST(TextReport, ShowsWhatIsWaivedAfterAllElse) {
  const std::string text = render_text({"mine", "r", {test::waived_image()}}, false);
  EXPECT_THAT(text, StartsWith("accepted"));
  EXPECT_THAT(text, HasSubstr("(1 warning, 1 note, 2 waived)"));
  EXPECT_THAT(text, HasSubstr("  waived until 2026-12-31: the disk is attached by hand\n"));
  EXPECT_LT(text.find("note fs.swap-partition"), text.find("error fstab.device-not-in-image"));
}

TEST(TextReport, UsesColourOnlyWhenAsked) {
  EXPECT_THAT(render_text(sample(), false), Not(HasSubstr("\x1b")));
  EXPECT_THAT(render_text(sample(), true), StartsWith("\x1b[1;31mrejected\x1b[0m"));
}

TEST(TextReport, LetsNoGuestReachTheTerminal) {
  Report report = sample();
  const std::string hostile = "\x1b]0;owned\x07\nverdict: accepted";
  ImageReport& image = report.images[0];
  image.path = hostile;
  image.guest.name = hostile;
  image.disks[0].partitions[0].label = hostile;
  image.boot.default_entry->cmdline = hostile;
  image.findings[1].text = hostile;
  image.findings[1].path = hostile;
  image.undetermined.push_back({"os.none-found", hostile});
  const std::string text = render_text(report, false);
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  EXPECT_THAT(text, Not(HasSubstr("\nverdict: accepted")));
}

TEST(TextReport, SaysWhatStayedUnanswered) {
  Report report = sample();
  report.images[0].findings.clear();
  report.images[0].undetermined.push_back({"os.none-found", "'/dev/sda1' is encrypted"});
  const std::string text = render_text(report, false);
  EXPECT_THAT(text, HasSubstr("(1 unanswered question)"));
  EXPECT_THAT(text, HasSubstr("undetermined os.none-found\n  '/dev/sda1' is encrypted\n"));
}

}  // namespace
}  // namespace imprint::report

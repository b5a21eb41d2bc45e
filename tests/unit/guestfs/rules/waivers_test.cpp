#include "guestfs/rules/waivers.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "guestfs/rules/table.h"

namespace imprint::rules {
namespace {

constexpr const char* today = "2026-06-30";

TEST(Pattern, IsAsInAShell) {
  EXPECT_TRUE(fits_pattern("", ""));
  EXPECT_TRUE(fits_pattern("", "*"));
  EXPECT_TRUE(fits_pattern("/etc/fstab", "/etc/*"));
  EXPECT_TRUE(fits_pattern("UUID=1 /mnt/legacy ext4", "*/mnt/legacy*"));
  EXPECT_TRUE(fits_pattern("abcabd", "*ab?"));
  EXPECT_FALSE(fits_pattern("/etc/fstab", "/etc"));
  EXPECT_FALSE(fits_pattern("/etc", "/etc/fstab"));
  EXPECT_FALSE(fits_pattern("", "?"));
  EXPECT_FALSE(fits_pattern("abc", "*b"));
}

TEST(Pattern, EndsSoonOnWhatTakesOthersForEver) {
  std::string pattern;
  for (int i = 0; i < 50; ++i) pattern += "*a";
  EXPECT_FALSE(fits_pattern(std::string(20'000, 'a'), pattern + "b"));
}

TEST(MayBeWaived, IsWhatASystemWasLookedAtFor) {
  for (const char* rule : {"fstab.device-not-in-image", "disk.virtual-size", "os.multi-boot"})
    EXPECT_TRUE(may_be_waived(*find_rule(rule))) << rule;
  for (const char* rule :
       {"disk.qcow2-backing-file", "disk.qcow2-data-file", "disk.multiple-formats",
        "disk.vmdk-extent-path", "disk.unreadable", "os.none-found", "os.not-installed",
        "fs.multi-disk-root", "waiver.expired"})
    EXPECT_FALSE(may_be_waived(*find_rule(rule))) << rule;
}

class Waiving : public testing::Test {
 protected:
  Waiving() {
    image_.path = "/srv/web-1.qcow2";
    image_.sha256 = std::string(64, 'a');
    report_.findings = {finding("fstab.device-not-in-image", "/etc/fstab", "UUID=1 /mnt/a ext4"),
                        finding("fstab.device-not-in-image", "/etc/fstab", "UUID=2 /mnt/b ext4"),
                        finding("shadow.mode", "/etc/shadow", "")};
    report_.answers = {{"fstab.device-not-in-image", Answered::fired},
                       {"shadow.mode", Answered::fired},
                       {"fstab.syntax", Answered::clean},
                       {"boot.initrd-missing", Answered::undetermined}};
  }

  static Finding finding(const char* rule, const char* path, const char* text) {
    Finding finding;
    finding.rule = rule;
    finding.severity = Severity::error;
    finding.path = path;
    finding.text = text;
    return finding;
  }

  static Waiver waiver(const char* rule) {
    Waiver waiver;
    waiver.rule = rule;
    waiver.reason = "known";
    waiver.expires = "2026-12-31";
    return waiver;
  }

  void apply(Waiver waiver) {
    profile_.waivers = {std::move(waiver)};
    apply_waivers(profile_, image_, today, report_);
  }

  int waived() const {
    return static_cast<int>(std::count_if(report_.findings.begin(), report_.findings.end(),
                                          [](const Finding& each) { return !!each.waived; }));
  }

  const Finding* remark(const char* rule) const {
    for (const Finding& each : report_.findings)
      if (each.rule == rule) return &each;
    return nullptr;
  }

  Profile profile_;
  ImageReport image_;
  ProfileReport report_;
};

TEST_F(Waiving, TakesAllThatTheRuleFound) {
  apply(waiver("fstab.device-not-in-image"));
  EXPECT_EQ(waived(), 2);
  ASSERT_TRUE(report_.findings[0].waived);
  EXPECT_EQ(report_.findings[0].waived->reason, "known");
  EXPECT_EQ(report_.findings[0].waived->expires, "2026-12-31");
  EXPECT_EQ(report_.findings[0].severity, Severity::error);
  EXPECT_EQ(remark("waiver.unused"), nullptr);
}

TEST_F(Waiving, IsNarrowedByTextAndPath) {
  Waiver narrow = waiver("fstab.device-not-in-image");
  narrow.text = "*/mnt/b*";
  narrow.path = "/etc/fstab";
  apply(narrow);
  EXPECT_EQ(waived(), 1);
  EXPECT_TRUE(report_.findings[1].waived);
  narrow.path = "/etc/mtab";
  report_.findings[1].waived.reset();
  apply(narrow);
  EXPECT_EQ(waived(), 0);
}

TEST_F(Waiving, IsNarrowedByTheImage) {
  Waiver narrow = waiver("shadow.mode");
  narrow.image = "web-*.qcow2";
  apply(narrow);
  EXPECT_EQ(waived(), 1);
  report_.findings[2].waived.reset();
  narrow.image = "db-*";
  apply(narrow);
  EXPECT_EQ(waived(), 0);
  EXPECT_EQ(remark("waiver.unused"), nullptr) << "it is of another image";
  narrow.image.reset();
  narrow.sha256 = std::string(64, 'b');
  apply(narrow);
  EXPECT_EQ(waived(), 0);
  narrow.sha256 = image_.sha256;
  apply(narrow);
  EXPECT_EQ(waived(), 1);
}

TEST_F(Waiving, HoldsOnItsLastDayAndNoLonger) {
  Waiver ending = waiver("shadow.mode");
  ending.expires = today;
  apply(ending);
  EXPECT_EQ(waived(), 1);
  report_.findings[2].waived.reset();
  ending.expires = "2026-06-29";
  apply(ending);
  EXPECT_EQ(waived(), 0);
  const Finding* said = remark("waiver.expired");
  ASSERT_NE(said, nullptr);
  EXPECT_EQ(said->severity, Severity::warning);
  EXPECT_NE(said->message.find("2026-06-29"), std::string::npos);
}

TEST_F(Waiving, SaysWhatFitsNothing) {
  apply(waiver("fstab.syntax"));
  const Finding* said = remark("waiver.unused");
  ASSERT_NE(said, nullptr);
  EXPECT_EQ(said->severity, Severity::info);
}

TEST_F(Waiving, LeavesOpenWhatIsUndetermined) {
  report_.undetermined = {{"boot.initrd-missing", "squashfs"}};
  apply(waiver("boot.initrd-missing"));
  EXPECT_EQ(report_.undetermined.size(), 1U);
  EXPECT_EQ(remark("waiver.unused"), nullptr) << "nobody knows whether it fits";
}

TEST_F(Waiving, TakesNothingThatGuardsTheHost) {
  report_.findings = {finding("disk.qcow2-backing-file", "", "")};
  report_.answers = {{"disk.qcow2-backing-file", Answered::fired}};
  apply(waiver("disk.qcow2-backing-file"));
  EXPECT_EQ(waived(), 0);
}

}  // namespace
}  // namespace imprint::rules

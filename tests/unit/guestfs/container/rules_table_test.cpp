#include "guestfs/container/rules_table.h"

#include <set>

#include "tests/unit/guestfs/container/images.h"

namespace imprint::container::test {
namespace {

TEST(RulesTable, HasACompleteRowForEachRule) {
  std::set<std::string_view> ids;
  for (const RuleInfo& rule : rules_table()) {
    EXPECT_TRUE(rule.id.starts_with("disk.")) << rule.id;
    EXPECT_TRUE(ids.insert(rule.id).second) << rule.id;
    EXPECT_FALSE(rule.title.empty() || rule.effect.empty() || rule.hint.empty()) << rule.id;
  }
}

TEST(RulesTable, GivesFindingsTheirEffectAndHint) {
  const auto finding = finding_of("disk.qcow2-backing-file", "the message");
  EXPECT_EQ(finding.severity, Severity::error);
  EXPECT_EQ(finding.message, "the message");
  EXPECT_FALSE(finding.effect.empty());
  EXPECT_FALSE(finding.hint.empty());
  EXPECT_EQ(finding_of("disk.truncated", Severity::warning, "").severity, Severity::warning);
}

}  // namespace
}  // namespace imprint::container::test

#include <gtest/gtest.h>

#include "guestfs/container/rules_table.h"
#include "guestfs/language/language.h"
#include "guestfs/rules/engine.h"
#include "guestfs/rules/table.h"

namespace imprint::rules {
namespace {

struct RulesInChinese : testing::Test {
  RulesInChinese() { language::speak(language::Language::chinese); }
  ~RulesInChinese() override { language::speak(language::Language::english); }
};

TEST_F(RulesInChinese, HaveATitleAnEffectAndAHint) {
  for (const Rule& rule : all_rules())
    for (const std::string_view english : {rule.title, rule.effect, rule.hint})
      EXPECT_NE(language::translate(english), english) << rule.id;
}

TEST_F(RulesInChinese, MakeFindingsInChinese) {
  const Rule* rule = find_rule("boot.kernel-missing");
  ASSERT_NE(rule, nullptr);
  const Finding finding = make_finding(*rule, {}, {});
  EXPECT_EQ(finding.effect, "引导程序找不到内核，无法继续");
  EXPECT_EQ(finding.hint, "重新安装内核软件包，或重新生成引导程序的配置");
}

TEST_F(RulesInChinese, SpeakForTheGateToo) {
  EXPECT_EQ(container::finding_of("disk.blank", "message").effect, "机器停在：找不到可启动设备");
}

}  // namespace
}  // namespace imprint::rules

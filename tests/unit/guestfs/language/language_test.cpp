#include "guestfs/language/language.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "guestfs/language/say.h"

namespace imprint::language {
namespace {

/// Speaks English again, and leaves no variable of the locale behind.
struct Languages : testing::Test {
  Languages() { forget(); }
  ~Languages() override {
    forget();
    speak(Language::english);
  }
  static void forget() {
    for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) ::unsetenv(name);
  }
  static Language asked_for_by(const char* name, const char* value) {
    ::setenv(name, value, 1);
    return language_of_environment();
  }
};

TEST_F(Languages, AreEnglishUnlessTheEnvironmentAsksForChinese) {
  EXPECT_EQ(language_of_environment(), Language::english);
  EXPECT_EQ(asked_for_by("LANG", "zh_CN.UTF-8"), Language::chinese);
  EXPECT_EQ(asked_for_by("LANG", "de_DE.UTF-8"), Language::english);
  EXPECT_EQ(asked_for_by("LANG", "C"), Language::english);
}

TEST_F(Languages, FollowTheOrderOfTheLocale) {
  EXPECT_EQ(asked_for_by("LANG", "zh_CN.UTF-8"), Language::chinese);
  EXPECT_EQ(asked_for_by("LC_MESSAGES", "en_US.UTF-8"), Language::english);
  EXPECT_EQ(asked_for_by("LC_ALL", "zh_TW"), Language::chinese);
  EXPECT_EQ(asked_for_by("LC_ALL", ""), Language::english);
}

TEST_F(Languages, HaveCodes) {
  EXPECT_EQ(parse_language("zh"), Language::chinese);
  EXPECT_EQ(parse_language("en"), Language::english);
  EXPECT_FALSE(parse_language("zh_CN"));
  EXPECT_EQ(to_string(Language::chinese), "zh");
}

TEST_F(Languages, SaySentencesInTheOneSpoken) {
  EXPECT_EQ(say("'{}' is missing", "/etc/fstab"), "'/etc/fstab' is missing");
  speak(Language::chinese);
  EXPECT_EQ(say("'{}' is missing", "/etc/fstab"), "'/etc/fstab' 不存在");
}

TEST_F(Languages, OrderValuesAsTheyNeed) {
  speak(Language::chinese);
  EXPECT_EQ(say("qemu-img was killed by signal {} on image '{}'", 9, "a.qcow2"),
            "qemu-img 处理镜像 'a.qcow2' 时被信号 9 终止");
}

TEST_F(Languages, LeaveWhatIsNotTranslatedInEnglish) {
  speak(Language::chinese);
  EXPECT_EQ(translate("a sentence of nobody"), "a sentence of nobody");
}

}  // namespace
}  // namespace imprint::language

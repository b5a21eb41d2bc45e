#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "agent/base/atomic_file.h"
#include "plugins/plugin.h"

namespace imprint {
namespace {

std::string source(const std::string& path) {
  auto text = read_file(std::filesystem::path{SOURCE_FOLDER} / path);
  EXPECT_TRUE(text) << text.error().message;
  return text ? *text : "";
}

TEST(WritingAPlugin, ShowsTheExampleThatIsCompiled) {
  const std::string page = source("docs/writing-a-plugin.md");
  const std::string example = source("tests/support/fake_plugin.cpp");
  EXPECT_NE(page.find("```cpp\n" + example + "```"), std::string::npos)
      << "copy tests/support/fake_plugin.cpp into docs/writing-a-plugin.md";
}

TEST(WritingAPlugin, NamesTheVersionOfTheInterface) {
  EXPECT_NE(source("docs/writing-a-plugin.md")
                .find("version " + std::to_string(plugin_abi) + " of the interface"),
            std::string::npos);
}

}  // namespace
}  // namespace imprint

#include "guestfs/facts/grub_script.h"

#include <gtest/gtest.h>

#include "guestfs/facts/grub_test.h"

namespace imprint::facts {
namespace {

std::string text_of(const GrubWord& word) {
  std::string text;
  for (const GrubPart& part : word.parts)
    text += part.is_variable ? "<" + part.text + ">" : part.text;
  return text;
}

TEST(GrubScript, ReadsQuotesEscapesAndVariables) {
  const GrubScript script =
      parse_grub_script("a 'b $c' \"d ${e} \\\"f\\\" \\g\" h\\ i$j${k}l $1 $?\n");
  ASSERT_TRUE(script.errors.empty());
  ASSERT_EQ(script.commands.size(), 1U);
  const auto& words = script.commands[0].words;
  ASSERT_EQ(words.size(), 6U);
  EXPECT_EQ(text_of(words[1]), "b $c");
  EXPECT_EQ(text_of(words[2]), "d <e> \"f\" \\g");
  EXPECT_EQ(text_of(words[3]), "h i<j><k>l");
  EXPECT_EQ(text_of(words[4]), "<1>");
  EXPECT_EQ(text_of(words[5]), "<?>");
}

TEST(GrubScript, JoinsContinuedLinesAndCountsThem) {
  const GrubScript script = parse_grub_script("a \\\n b # c\n\nd;e\n");
  ASSERT_EQ(script.commands.size(), 3U);
  EXPECT_EQ(script.commands[0].words.size(), 2U);
  EXPECT_EQ(script.commands[1].line, 4);
  EXPECT_EQ(script.commands[2].line, 4);
}

TEST(GrubScript, NestsBlocks) {
  const GrubScript script = parse_grub_script(
      "submenu 'a' {\n menuentry 'b' --class x { linux /k; initrd /i }\n}\n"
      "if [ a = b ]; then c; elif d; then e\nelse f; fi\n"
      "for x in 1 2; do g $x; done\nwhile h; do i; done\nfunction j { k; }\n");
  EXPECT_TRUE(script.errors.empty());
  ASSERT_EQ(script.commands.size(), 5U);
  EXPECT_EQ(script.commands[0].block[0].block.size(), 2U);
  EXPECT_EQ(script.commands[1].branches.size(), 2U);
  EXPECT_EQ(script.commands[1].block.size(), 1U);
}

struct BrokenCase {
  const char* text;
  int line;
};

TEST(GrubScript, TellsWhereItIsBroken) {
  const std::vector<BrokenCase> cases{
      {"a\n}\nb\n", 2},
      {"a\nfi\nb\n", 2},
      {"a\nif b; then\n c\nb\n", 2},
      {"a\nmenuentry 'x' {\n linux /k\n", 2},
      {"a\nmenuentry 'x {\n linux /k\n}\nb\n", 2},
      {"a\nset x=\"y\nb\nset z=\"w\"\n", 2},
      {"a && b\n", 1},
      {"if a; c; fi\n", 1},
      {"for x 1 2; do y; done\n", 1},
      {"function { a; }\n", 1},
      {"a\nif [[ b = c ]]; then d; fi\n", 2},
      {"a\nmenuentry '---' { }\n", 2},
      {"if a; then\nfi\n", 2},
      {"if a; then b; fi c\n", 1},
      {"if a; then if b; then c; fi fi\n", 1},
      {"a;\n;b\n", 2},
      {"case x in\n", 1},
      {"function f { a }\n", 1},
      {"function f-g { a; }\n", 1},
      {"for 1 in a; do b; done\n", 1},
      {"a\nlinux /k password=$ b\n", 2},
      {"echo \"ends with $\"\n", 1},
      {"echo ${a-b}\n", 1},
  };
  for (const BrokenCase& each : cases) {
    const GrubScript script = parse_grub_script(each.text);
    ASSERT_FALSE(script.errors.empty()) << each.text;
    EXPECT_EQ(script.errors[0].line, each.line) << each.text << script.errors[0].message;
  }
}

TEST(GrubScript, TakesWhatGrubTakes) {
  for (const char* text : {"a;\n\n b # c\n", "menuentry 'x' { a }\n", "menuentry 'x' { a; }; b\n",
                           "if a; then b; fi; c\n", "echo fi in case then [ ] $1 ${?} '$' \\$\n",
                           "function f\n{\n a\n}\n", "set x=\n", "echo $\"a $ b\"\n"}) {
    const GrubScript script = parse_grub_script(text);
    EXPECT_TRUE(script.errors.empty()) << text << script.errors.at(0).message;
  }
}

TEST(GrubScript, GoesOnBehindAnError) {
  const GrubScript script = parse_grub_script("}\na | b\nmenuentry 'x' { linux /k }\n");
  EXPECT_EQ(script.errors.size(), 2U);
  EXPECT_EQ(script.commands.back().block.size(), 1U);
}

TEST(GrubScript, StopsAtDeepNestingAndAtTooManyCommands) {
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "a { ";
  EXPECT_TRUE(parse_grub_script(deep).cut);
  std::string deep_ifs;
  for (int i = 0; i < 100'000; ++i) deep_ifs += "if ";
  EXPECT_TRUE(parse_grub_script(deep_ifs).cut);
  std::string longest;
  for (int i = 0; i < 300'000; ++i) longest += "a;";
  EXPECT_TRUE(parse_grub_script(longest).cut);
}

Truth test_of(const std::vector<GrubValue>& words) {
  return evaluate_grub_test(words, [](char, const std::string& file) {
    return file == "/there" ? Truth::yes : file == "/hidden" ? Truth::unknown : Truth::no;
  });
}

TEST(GrubTest, DecidesWhatIsKnown) {
  EXPECT_EQ(test_of({{"a"}, {"="}, {"a"}}), Truth::yes);
  EXPECT_EQ(test_of({{"="}, {"a"}}), Truth::yes);  // an empty variable is no word
  EXPECT_EQ(test_of({{"-n"}, {""}}), Truth::no);
  EXPECT_EQ(test_of({{""}}), Truth::no);
  EXPECT_EQ(test_of({}), Truth::no);
  EXPECT_EQ(test_of({{"9"}, {"-lt"}, {"10"}}), Truth::yes);
  EXPECT_EQ(test_of({{"-f"}, {"/there"}, {"-a"}, {"!"}, {"-e"}, {"/gone"}}), Truth::yes);
  EXPECT_EQ(test_of({{"("}, {"a"}, {"="}, {"b"}, {")"}, {"-o"}, {"-s"}, {"/there"}}), Truth::yes);
}

TEST(GrubTest, LeavesTheRestOpen) {
  EXPECT_EQ(test_of({{"a", false}, {"="}, {"a"}}), Truth::unknown);
  EXPECT_EQ(test_of({{"a", false}, {"="}, {"a"}, {"-a"}, {"x"}, {"="}, {"y"}}), Truth::no);
  EXPECT_EQ(test_of({{"-f"}, {"/hidden"}, {"-o"}, {"-f"}, {"/there"}}), Truth::yes);
  EXPECT_EQ(test_of({{"a"}, {")"}}), Truth::unknown);
}

}  // namespace
}  // namespace imprint::facts

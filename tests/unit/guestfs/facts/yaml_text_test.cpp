#include "guestfs/facts/yaml_text.h"

#include <gtest/gtest.h>

#include <random>

namespace imprint::facts {
namespace {

TEST(YamlText, KeepsTheLineOfEachNode) {
  const YamlText yaml = parse_yaml("network:\n  ethernets:\n    eth0:\n      dhcp4: yes\n");
  EXPECT_TRUE(yaml.fault.empty());
  const YamlNode* card = yaml.root.at({"network", "ethernets", "eth0"});
  ASSERT_NE(card, nullptr);
  EXPECT_EQ(card->truth_of("dhcp4"), true);
  EXPECT_EQ(card->find("dhcp4")->line, 4);
  EXPECT_EQ(card->truth_of("dhcp6"), std::nullopt);
}

TEST(YamlText, FollowsAliases) {
  const YamlText yaml = parse_yaml("a: &x {k: v}\nb: *x\n");
  ASSERT_NE(yaml.root.at({"b", "k"}), nullptr);
  EXPECT_EQ(yaml.root.at({"b", "k"})->text, "v");
}

TEST(YamlText, TellsWhatIsNoYamlAndWhere) {
  const YamlText yaml = parse_yaml("a: 1\nb: [1, 2\nc: }\n");
  EXPECT_FALSE(yaml.fault.empty());
  EXPECT_GE(yaml.fault_line, 2);
  EXPECT_FALSE(yaml.too_large);
}

TEST(YamlText, StopsAtABillionLaughs) {
  std::string text = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int k = 0; k < 9; ++k) text += before + (k < 8 ? ", " : "]\n");
  }
  EXPECT_TRUE(parse_yaml(text).too_large);
}

TEST(YamlText, StopsAtDepthAndSize) {
  EXPECT_TRUE(parse_yaml(std::string(2000, '[')).too_large);
  std::string nested;
  for (int i = 0; i < 300; ++i) nested += std::string(static_cast<std::size_t>(i), ' ') + "a:\n";
  EXPECT_TRUE(parse_yaml(nested).too_large);
  EXPECT_TRUE(parse_yaml(std::string(largest_yaml + 1, ' ')).too_large);
}

TEST(YamlText, KeepsABlockBehindAnAnchorInAListAndTheLinesBehindIt) {
  const YamlText yaml = parse_yaml(
      "_log:\n - &base |\n   [loggers]\n   keys=root\n - &file >-\n   one\n   two\n"
      "log_cfgs:\n - [ *base, *file ]\nlast: 1\n");
  ASSERT_TRUE(yaml.fault.empty()) << yaml.fault;
  const YamlNode* formats = yaml.root.find("log_cfgs");
  ASSERT_NE(formats, nullptr);
  ASSERT_EQ(formats->items.size(), 1U);
  ASSERT_EQ(formats->items[0].items.size(), 2U);
  EXPECT_EQ(formats->items[0].items[0].text, "[loggers]\nkeys=root\n");
  EXPECT_EQ(formats->items[0].items[1].text, "one two");
  EXPECT_EQ(yaml.root.find("last")->line, 10);
  EXPECT_EQ(parse_yaml("a:\n - &x |\n   text\nb: [1\nc: }\n").fault_line,
            parse_yaml("a:\n - x: |\n    text\nb: [1\nc: }\n").fault_line);
}

TEST(YamlText, EndsForAnyBytes) {
  std::mt19937 random{7};
  constexpr std::string_view letters = "ab:-[]{}&*!|>'\"%@,?# \n\t\\\x00\xff";
  for (int round = 0; round < 3000; ++round) {
    std::string text(random() % 60, ' ');
    for (char& c : text) c = letters[random() % letters.size()];
    parse_yaml(text);
  }
}

TEST(YamlText, ReadsNothingAsNothing) {
  EXPECT_EQ(parse_yaml("").root.kind, YamlNode::Kind::null);
  EXPECT_EQ(parse_yaml("# only a comment\n").root.kind, YamlNode::Kind::null);
  EXPECT_TRUE(parse_yaml("").fault.empty());
}

}  // namespace
}  // namespace imprint::facts

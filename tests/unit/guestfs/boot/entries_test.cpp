#include <gtest/gtest.h>

#include <algorithm>

#include "guestfs/facts/bls.h"
#include "guestfs/facts/kernel_cmdline.h"

namespace imprint::facts {
namespace {

TEST(BlsEntry, JoinsRepeatedKeysInOrder) {
  const BlsEntry entry = parse_bls_entry(
      "# comment\ntitle A\nlinux /k\ninitrd /1\ninitrd\t/2\noptions a=1\noptions b\nunknown x\n",
      "/e/x+3-1.conf");
  EXPECT_EQ(entry.id, "x");
  EXPECT_TRUE(entry.tries_left);
  ASSERT_EQ(entry.initrds.size(), 2U);
  EXPECT_EQ(entry.initrds[1].text, "/2");
  EXPECT_EQ(entry.initrds[1].place.line, 5);
  ASSERT_EQ(entry.options.size(), 2U);
  EXPECT_EQ(bls_fault(entry), "");
}

TEST(BlsEntry, KnowsUsedUpAttempts) {
  EXPECT_FALSE(parse_bls_entry("linux /k\n", "/e/x+0-3.conf").tries_left);
  EXPECT_EQ(parse_bls_entry("linux /k\n", "/e/5.1+deb.conf").id, "5.1+deb");
}

TEST(BlsEntry, NeedsAKernelWithoutClimbingOut) {
  EXPECT_NE(bls_fault(parse_bls_entry("title x\n", "/e/x.conf")), "");
  EXPECT_NE(bls_fault(parse_bls_entry("linux /a/../../k\n", "/e/x.conf")), "");
}

TEST(BlsEntry, SortsTheHighestVersionFirstAndRescueLast) {
  std::vector<BlsEntry> entries;
  for (const char* id : {"m-0-rescue", "m-5.14.0-9.el9", "m-5.14.0-362.el9", "m-5.14.0-70.el9"})
    entries.push_back(parse_bls_entry("linux /k\n", "/e/" + std::string{id} + ".conf"));
  sort_for_grub(entries);
  EXPECT_EQ(entries.front().id, "m-5.14.0-362.el9");
  EXPECT_EQ(entries.back().id, "m-0-rescue");
}

TEST(BlsEntry, SortsForGrubByVersionAndOnlyThenByRelease) {
  std::vector<BlsEntry> entries;
  for (const char* id : {"m-6.1-200.fc40", "m-6.1.1-100.fc40", "rescue", "m-6.1"})
    entries.push_back(parse_bls_entry("linux /k\n", "/e/" + std::string{id} + ".conf"));
  sort_for_grub(entries);
  std::vector<std::string> ids;
  for (const BlsEntry& entry : entries) ids.push_back(entry.id);
  EXPECT_EQ(ids,
            (std::vector<std::string>{"rescue", "m-6.1.1-100.fc40", "m-6.1-200.fc40", "m-6.1"}));
}

TEST(Versions, CompareAsTheVersionFormatSaysForSystemdBoot) {
  EXPECT_GT(compare_uapi_versions("arch.conf", "arch-lts.conf"), 0);
  EXPECT_GT(compare_uapi_versions("arch-linux.efi", "arch-linux-fallback.efi"), 0);
  EXPECT_GT(compare_uapi_versions("6.10.1", "6.9.7"), 0);
  EXPECT_LT(compare_uapi_versions("1.0~rc1", "1.0"), 0);
  EXPECT_GT(compare_uapi_versions("1.0^p1", "1.0"), 0);
  EXPECT_LT(compare_uapi_versions("1.0-2", "1.0.1-1"), 0);
  EXPECT_LT(compare_uapi_versions("a", "1"), 0);
  EXPECT_EQ(compare_uapi_versions("007", "7"), 0);
  EXPECT_EQ(compare_uapi_versions("~~", "~~"), 0);
}

TEST(BlsEntry, IsListedBySortKeyBeforeName) {
  BlsEntry keyed = parse_bls_entry("linux /k\nsort-key arch\nversion 6.1\n", "/e/a.conf");
  BlsEntry newer = parse_bls_entry("linux /k\nsort-key arch\nversion 6.2\n", "/e/b.conf");
  BlsEntry plain = parse_bls_entry("linux /k\n", "/e/z.conf");
  BlsEntry used_up = parse_bls_entry("linux /k\nsort-key a\n", "/e/c+0-3.conf");
  EXPECT_TRUE(is_listed_before(newer, keyed));
  EXPECT_TRUE(is_listed_before(keyed, plain));
  EXPECT_TRUE(is_listed_before(plain, used_up));
}

TEST(Versions, CompareAsRpmDoes) {
  EXPECT_GT(compare_versions("10", "9"), 0);
  EXPECT_EQ(compare_versions("1.0", "1.0"), 0);
  EXPECT_EQ(compare_versions("1.0", "1-0"), 0);
  EXPECT_LT(compare_versions("1.0~rc1", "1.0"), 0);
  EXPECT_GT(compare_versions("1.0.1", "1.0"), 0);
  EXPECT_GT(compare_versions("1.1", "1.a"), 0);
  EXPECT_EQ(compare_versions("007", "7"), 0);
}

TEST(Cmdline, TakesTheLastValueAndHonoursQuotes) {
  EXPECT_EQ(cmdline_value("root=a root=b", "root"), "b");
  EXPECT_EQ(cmdline_value("x=\"a b\" y", "x"), "a b");
  EXPECT_EQ(cmdline_value("\"x=a b\"", "x"), "a b");
  EXPECT_EQ(cmdline_value("xroot=a", "root"), std::nullopt);
  EXPECT_EQ(cmdline_value("root=UUID=a=b", "root"), "UUID=a=b");
  EXPECT_TRUE(cmdline_has("ro single", "single"));
  EXPECT_FALSE(cmdline_has("ro single=1", "single"));
}

}  // namespace
}  // namespace imprint::facts

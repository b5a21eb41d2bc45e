#include "guestfs/facts/fstab.h"

#include <gmock/gmock.h>

#include "guestfs/guest/memory_fs.h"

namespace imprint::facts {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

FstabFacts parse(std::string_view text) {
  return parse_fstab(text, "/etc/fstab");
}

TEST(Fstab, KeepsPathLineAndRawText) {
  const FstabFacts facts = parse("# a comment\n\n  UUID=1-2\t/ ext4 defaults,noatime 0 1\n");
  ASSERT_THAT(facts.entries, SizeIs(1));
  const FstabEntry& entry = facts.entries[0];
  EXPECT_EQ(entry.place.path, "/etc/fstab");
  EXPECT_EQ(entry.place.line, 3);
  EXPECT_EQ(entry.place.text, "  UUID=1-2\t/ ext4 defaults,noatime 0 1");
  EXPECT_EQ(entry.spec, "UUID=1-2");
  EXPECT_EQ(entry.target, "/");
  EXPECT_THAT(entry.options, ElementsAre("defaults", "noatime"));
  EXPECT_EQ(entry.pass, 1);
  EXPECT_THAT(facts.faults, IsEmpty());
}

TEST(Fstab, TakesLinesOfThreeOrFourFieldsAsSound) {
  const FstabFacts facts = parse("/dev/vda1 / ext4\nproc /proc proc defaults\n");
  ASSERT_THAT(facts.entries, SizeIs(2));
  EXPECT_THAT(facts.faults, IsEmpty());
  EXPECT_EQ(facts.entries[1].pass, 0);
}

TEST(Fstab, DecodesOctalEscapes) {
  const FstabFacts facts = parse("LABEL=my\\040disk /mnt/a\\011b\\134c ext4 defaults 0 0\n");
  EXPECT_EQ(facts.entries[0].spec, "LABEL=my disk");
  EXPECT_EQ(facts.entries[0].target, "/mnt/a\tb\\c");
  EXPECT_EQ(parse("/dev/a\\04 / ext4\n").entries[0].spec, "/dev/a\\04");
}

TEST(Fstab, KeepsCommasInsideQuotesOfAnOption) {
  const FstabFacts facts =
      parse("/dev/vda1 / ext4 context=\"system_u:object_r:tmp_t:s0:c127,c456\",noexec 0 0\n");
  EXPECT_THAT(facts.entries[0].options,
              ElementsAre("context=\"system_u:object_r:tmp_t:s0:c127,c456\"", "noexec"));
}

TEST(Fstab, KeepsLinesAfterOneThatIsMalformed) {
  const FstabFacts facts = parse("/dev/vdb1\n/dev/vdc1 /c\n/dev/vda1 / ext4 defaults 0 1\n");
  ASSERT_THAT(facts.entries, SizeIs(3));
  EXPECT_TRUE(facts.entries[0].malformed);
  EXPECT_TRUE(facts.entries[1].malformed);
  EXPECT_FALSE(facts.entries[2].malformed);
  ASSERT_THAT(facts.faults, SizeIs(2));
  EXPECT_EQ(facts.faults[0].place.line, 1);
  EXPECT_THAT(facts.faults[1].message, HasSubstr("only 2"));
}

TEST(Fstab, NamesNumbersThatAreNone) {
  const FstabFacts facts = parse("/dev/vda1 / ext4 defaults yes 1\n");
  ASSERT_THAT(facts.faults, SizeIs(1));
  EXPECT_THAT(facts.faults[0].message, HasSubstr("'yes'"));
}

TEST(Fstab, TakesNumbersWithASignAndTooLargeOnesAsMountDoes) {
  const FstabFacts facts = parse("a /a ext4 defaults +1 -1\nb /b ext4 ro 0 9999999999\n");
  EXPECT_TRUE(facts.faults.empty());
  EXPECT_EQ(facts.entries.at(0).dump, 1);
  EXPECT_EQ(facts.entries.at(0).pass, -1);
  EXPECT_EQ(facts.entries.at(1).pass, 0x7FFFFFFF);
}

TEST(Fstab, TellsOfCarriageReturnsOnceAndReadsTheLinesAllTheSame) {
  const FstabFacts facts =
      parse("# x\r\n/dev/vda1 / ext4 defaults\r\n/dev/vda2 /b ext4 defaults 0 2\r\n");
  ASSERT_THAT(facts.faults, SizeIs(1));
  EXPECT_EQ(facts.faults[0].place.line, 2);
  EXPECT_THAT(facts.faults[0].message, HasSubstr("2 lines end"));
  ASSERT_THAT(facts.entries, SizeIs(2));
  EXPECT_THAT(facts.entries[0].options, ElementsAre("defaults"));
}

TEST(Fstab, TellsOfAByteOrderMarkAndOfNul) {
  EXPECT_THAT(parse("\xEF\xBB\xBF/dev/vda1 / ext4\n").faults, SizeIs(1));
  const FstabFacts facts =
      parse(std::string_view{"/dev/vda1 / ext4 defaults\0 0 1\n/dev/b /b x\n", 43});
  EXPECT_THAT(facts.faults, SizeIs(1));
  EXPECT_THAT(facts.entries, SizeIs(2));
}

TEST(Fstab, TakesAMissingLastNewlineAsHarmless) {
  const FstabFacts facts = parse("/dev/vda1 / ext4 defaults 0 1");
  ASSERT_THAT(facts.faults, SizeIs(1));
  EXPECT_TRUE(facts.faults[0].harmless);
  EXPECT_FALSE(facts.entries[0].malformed);
}

TEST(Fstab, RefusesARelativeMountPointButNotNoneForSwap) {
  EXPECT_THAT(parse("/dev/vdb1 data ext4\n").faults, SizeIs(1));
  EXPECT_THAT(parse("/dev/vdb1 none swap sw 0 0\n/dev/vdb2 swap swap sw 0 0\n").faults, IsEmpty());
}

TEST(Fstab, OfAnEmptyFileHasNoEntries) {
  EXPECT_THAT(parse("").entries, IsEmpty());
  EXPECT_THAT(parse("\n\n# only comments\n").entries, IsEmpty());
}

TEST(Fstab, OfAHugeFileReadsTheBeginningOnly) {
  std::string text;
  for (int i = 0; i < 20000; ++i) text += "/dev/vdb1 /data ext4 defaults 0 0\n";
  const FstabFacts facts = parse(text);
  EXPECT_TRUE(facts.incomplete);
  EXPECT_LE(facts.entries.size(), 2000U);

  guest::MemoryFs fs;
  fs.file("/etc/fstab", "/dev/vda1 / ext4 defaults 0 1\n")
      .claimed_size("/etc/fstab", std::uint64_t{1} << 30);
  guest::FollowingFs following{fs};
  const FstabFacts read = read_fstab(following, {}, Init::systemd);
  EXPECT_TRUE(read.incomplete);
  EXPECT_THAT(read.entries, SizeIs(1));
}

TEST(Fstab, KnowsTheLastOfTwoOpposedOptions) {
  const FstabEntry entry = parse("/dev/vdb1 /d ext4 noauto,auto,nofail 0 0\n").entries[0];
  EXPECT_FALSE(entry.last_of("noauto", "auto"));
  EXPECT_TRUE(entry.last_of("nofail", "fail"));
  EXPECT_FALSE(entry.last_of("ro", "rw"));
  EXPECT_EQ(parse("/dev/b /b ext4 a=1,a=2\n").entries[0].value("a"), "2");
}

TEST(Fstab, WantsTagsInCapitals) {
  for (const char* spec : {"uuid=1234", "Label=x", "PartUUID=a-01"}) {
    const FstabFacts facts = parse(std::string{spec} + " /d ext4 defaults 0 0\n");
    ASSERT_THAT(facts.faults, SizeIs(1)) << spec;
    EXPECT_TRUE(facts.entries[0].malformed);
  }
  EXPECT_THAT(parse("UUID=1234 /d ext4\n//h/label=x /e cifs\n").faults, SizeIs(0));
}

TEST(Crypttab, FindsTheLineThatMakesADevice) {
  FstabFacts facts;
  facts.crypttab =
      parse_crypttab("# c\nswap0 /dev/vda3 /dev/urandom swap\nbroken\n", "/etc/crypttab");
  ASSERT_THAT(facts.crypttab, SizeIs(1));
  ASSERT_NE(facts.encrypted("/dev/mapper/swap0"), nullptr);
  EXPECT_EQ(facts.encrypted("/dev/mapper/swap0")->source, "/dev/vda3");
  EXPECT_EQ(facts.encrypted("/dev/mapper/other"), nullptr);
}

}  // namespace
}  // namespace imprint::facts

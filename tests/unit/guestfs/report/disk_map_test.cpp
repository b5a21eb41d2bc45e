#include "guestfs/report/disk_map.h"

#include <gmock/gmock.h>

#include "tests/unit/guestfs/report/sample.h"

namespace imprint::report {
namespace {

constexpr std::uint64_t gib = std::uint64_t{1} << 30;

PartitionFacts part(std::uint64_t start, std::uint64_t size, std::string type = "0x83") {
  PartitionFacts facts;
  facts.kind = "partition";
  facts.start = start;
  facts.size = size;
  facts.type = std::move(type);
  return facts;
}

DiskFacts disk(std::vector<PartitionFacts> parts) {
  DiskFacts facts;
  facts.device = "/dev/sda";
  facts.size = 10 * gib;
  facts.partitions = std::move(parts);
  return facts;
}

TEST(DiskMap, IsFilledToTheEndInTheOrderOfTheDisk) {
  const DiskFacts facts = disk({part(5 * gib, gib), part(1 << 20, 2 * gib)});
  const auto pieces = pieces_of(facts);
  ASSERT_EQ(pieces.size(), 4U);
  EXPECT_EQ(pieces[0].partition, &facts.partitions[1]);
  EXPECT_EQ(pieces[1].kind, PieceKind::free);
  EXPECT_EQ(pieces[2].partition, &facts.partitions[0]);
  EXPECT_EQ(pieces[3].kind, PieceKind::free);
  EXPECT_EQ(pieces[3].size, 4 * gib);
  double x = 0;
  for (const Piece& piece : pieces) {
    EXPECT_NEAR(piece.x, x, 0.001);
    x += piece.width;
  }
  EXPECT_NEAR(x, 100, 0.001);
  EXPECT_LT(pieces[2].width, pieces[0].width);
}

TEST(DiskMap, KeepsTinyPartitionsVisible) {
  const DiskFacts facts = disk({part(1 << 20, 1 << 20), part(2 << 20, 10 * gib - (2 << 20))});
  const auto pieces = pieces_of(facts);
  ASSERT_EQ(pieces.size(), 2U);
  EXPECT_GE(pieces[0].width, 4);
}

TEST(DiskMap, DrawsLogicalPartitionsAndNotTheOneAroundThem) {
  const DiskFacts facts =
      disk({part(1 << 20, gib), part(2 * gib, 8 * gib, "0x5"), part(2 * gib, 8 * gib)});
  for (const Piece& piece : pieces_of(facts)) EXPECT_NE(piece.partition, &facts.partitions[1]);
}

TEST(DiskMap, StandsWhatNoDiskCanBe) {
  EXPECT_TRUE(pieces_of({}).empty());
  const std::uint64_t huge = ~std::uint64_t{0};
  std::vector<PartitionFacts> many(5000, part(huge - 1, huge));
  many.push_back(part(0, huge));
  const DiskFacts facts = disk(std::move(many));
  EXPECT_LE(pieces_of(facts).size(), 65U);
  for (const Piece& piece : pieces_of(facts)) {
    EXPECT_GE(piece.x, 0);
    EXPECT_LE(piece.x + piece.width, 100.001);
  }
}

TEST(DiskMap, MarksTheRootAndWhatStartsIt) {
  const DiskFacts facts = test::accepted_image().disks[0];
  const auto pieces = pieces_of(facts);
  ASSERT_EQ(pieces.size(), 6U);
  EXPECT_EQ(pieces[0].kind, PieceKind::firmware);
  EXPECT_EQ(pieces[1].kind, PieceKind::firmware);
  EXPECT_EQ(pieces[2].kind, PieceKind::boot);
  EXPECT_EQ(pieces[3].kind, PieceKind::swap);
  EXPECT_EQ(pieces[4].kind, PieceKind::root);
  EXPECT_EQ(pieces[5].kind, PieceKind::free);
  EXPECT_THAT(disk_map(facts), testing::HasSubstr("/ (root)"));
}

}  // namespace
}  // namespace imprint::report

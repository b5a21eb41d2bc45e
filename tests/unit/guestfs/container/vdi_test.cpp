#include "tests/unit/guestfs/container/images.h"

namespace imprint::container::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

template <class Number>
GateReport with(std::size_t offset, Number value) {
  Image image = made_by_qemu("vdi");
  put_little(image, offset, value);
  return judged(std::move(image));
}

TEST(Vdi, AcceptsASoundOne) {
  const auto report = judged(made_by_qemu("vdi"));
  EXPECT_THAT(answers(report), IsEmpty());
  EXPECT_EQ(report.container.virtual_size, 8U << 20);
}

TEST(Vdi, RefusesOtherVersions) {
  EXPECT_THAT(answers(with<std::uint32_t>(0x44, 2)), ElementsAre("disk.format-unsupported:error"));
}

TEST(Vdi, RefusesADiskThatContinuesAnother) {
  EXPECT_THAT(answers(with<std::uint32_t>(0x4c, 4)), ElementsAre("disk.differencing:error"));
  EXPECT_THAT(answers(with<std::uint64_t>(0x1a8, 1)), ElementsAre("disk.differencing:error"));
  EXPECT_THAT(answers(with<std::uint64_t>(0x1b8, 1)), ElementsAre("disk.differencing:error"));
}

TEST(Vdi, RefusesNumbersThatCannotBe) {
  for (const auto& [offset, value] :
       std::vector<std::pair<std::size_t, std::uint32_t>>{{0x154, 513},
                                                          {0x154, 0},
                                                          {0x158, 100},
                                                          {0x168, 4096},
                                                          {0x178, 4096},
                                                          {0x180, 7},
                                                          {0x180, 0x2000000}})
    EXPECT_THAT(answers(with(offset, value)), ElementsAre("disk.vdi-header:error")) << offset;
}

TEST(Vdi, RefusesASizeThatNoDiskHas) {
  EXPECT_THAT(answers(with<std::uint64_t>(0x170, 1ULL << 60)), ElementsAre("disk.size-bomb:error"));
}

TEST(Vdi, RefusesABlockBehindTheEndAndAMapOutsideTheFile) {
  EXPECT_THAT(answers(with<std::uint32_t>(512, 1000)), ElementsAre("disk.truncated:error"));
  EXPECT_THAT(answers(with<std::uint32_t>(0x154, 0x40000000)), ElementsAre("disk.truncated:error"));
}

TEST(Vdi, NoticesEveryCut) {
  expect_cuts_noticed(made_by_qemu("vdi"), [](std::size_t) { return false; });
}

}  // namespace
}  // namespace imprint::container::test

#include "agent/policy/batches.h"

#include <gmock/gmock.h>

namespace imprint::policy {
namespace {

using testing::ElementsAre;
using Batches = std::vector<std::vector<std::size_t>>;

TEST(Batches, HoldTheImagesOfOneWriter) {
  EXPECT_THAT(plan_batches({7, 8, 7, 8, 7}, 1),
              ElementsAre(ElementsAre(0, 2, 4), ElementsAre(1, 3)));
}

TEST(Batches, HoldOneImageThatAnybodyMayHaveWritten) {
  EXPECT_THAT(plan_batches({{}, 7, {}, 7}, 1),
              ElementsAre(ElementsAre(1, 3), ElementsAre(0), ElementsAre(2)));
}

TEST(Batches, AreDividedEvenlyAmongTheMachines) {
  EXPECT_THAT(plan_batches({7, 7, 7, 7, 7}, 2),
              ElementsAre(ElementsAre(2, 3, 4), ElementsAre(0, 1)));
  EXPECT_THAT(plan_batches({7, 7}, 4), ElementsAre(ElementsAre(0), ElementsAre(1)));
}

TEST(Batches, AreBoundedAndLoseNoImage) {
  const std::vector<SoleWriter> many(100, 7);
  std::vector<int> seen(many.size());
  for (const auto& batch : plan_batches(many, 1)) {
    EXPECT_LE(batch.size(), 16U);
    for (const std::size_t image : batch) ++seen.at(image);
  }
  EXPECT_THAT(seen, testing::Each(1));
}

TEST(Batches, AreNoneOfNoImages) {
  EXPECT_EQ(plan_batches({}, 3), Batches{});
}

}  // namespace
}  // namespace imprint::policy

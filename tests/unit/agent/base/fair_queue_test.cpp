#include "agent/base/fair_queue.h"

#include <gtest/gtest.h>

namespace imprint {
namespace {

TEST(FairQueue, OwnersTakeTurnsAndKeepTheirOrder) {
  FairQueue<int> queue;
  for (const int piece : {1, 2, 3}) queue.push("much", piece);
  queue.push("little", 10);
  EXPECT_EQ(queue.size(), 4U);
  EXPECT_EQ(queue.size_of("much"), 3U);
  EXPECT_EQ(queue.pop(), 1);
  EXPECT_EQ(queue.pop(), 10);
  queue.push("little", 11);
  EXPECT_EQ(queue.pop(), 2);
  EXPECT_EQ(queue.pop(), 11);
  EXPECT_EQ(queue.pop(), 3);
  EXPECT_EQ(queue.pop(), std::nullopt);
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.size_of("much"), 0U);
}

TEST(FairQueue, LosesWhatIsRemovedAndTheTurnOfAnOwnerWithoutPieces) {
  FairQueue<int> queue;
  for (const int piece : {1, 2}) queue.push("one", piece);
  queue.push("other", 10);
  EXPECT_FALSE(queue.remove("one", 10));
  EXPECT_TRUE(queue.remove("one", 1));
  EXPECT_TRUE(queue.remove("one", 2));
  EXPECT_FALSE(queue.remove("one", 2));
  EXPECT_EQ(queue.size(), 1U);
  EXPECT_EQ(queue.pop(), 10);
  EXPECT_TRUE(queue.empty());
}

}  // namespace
}  // namespace imprint

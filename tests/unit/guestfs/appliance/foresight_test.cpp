#include "guestfs/appliance/foresight.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/base/hex.h"

namespace imprint::appliance {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

std::string look(std::string_view path) {
  return "look " + to_hex(path) + "\n";
}

TEST(Foresight, ExpectsOfAnImageWhatWasAskedOfTheOneBefore) {
  Foresight foresight;
  foresight.note(look("/v1/etc"));
  foresight.note("bytes 0 7 " + to_hex("/v1/etc/fstab") + "\n");
  EXPECT_THAT(foresight.expected_below("/v1"), IsEmpty());
  foresight.turn_over();
  EXPECT_THAT(foresight.expected_below("/v1"),
              ElementsAre("bytes 0 7 " + to_hex("/v1/etc/fstab") + "\n", look("/v1/etc")));
  foresight.turn_over();
  EXPECT_THAT(foresight.expected_below("/v1"), IsEmpty());
}

TEST(Foresight, ExpectsOnlyWhatIsInTheFolder) {
  Foresight foresight;
  for (const char* path : {"/v1", "/v1/a", "/v10", "/v10/a", "/v2/v1"}) foresight.note(look(path));
  foresight.turn_over();
  EXPECT_THAT(foresight.expected_below("/v1"), ElementsAre(look("/v1"), look("/v1/a")));
}

TEST(Foresight, KeepsAnswersAsLongAsTheImageIsThere) {
  Foresight foresight;
  foresight.keep(look("/v1/a"), "answer");
  foresight.keep(look("/v1/b"), std::nullopt);
  EXPECT_EQ(*foresight.find(look("/v1/a")), "answer");
  EXPECT_EQ(*foresight.find(look("/v1/b")), std::nullopt);
  EXPECT_EQ(foresight.find(look("/v1/c")), nullptr);
  foresight.turn_over();
  EXPECT_EQ(foresight.find(look("/v1/a")), nullptr);
}

TEST(Foresight, DoesNotExpectWhatItKnows) {
  Foresight foresight;
  foresight.note(look("/v1/a"));
  foresight.turn_over();
  foresight.keep(look("/v1/a"), "answer");
  EXPECT_THAT(foresight.expected_below("/v1"), IsEmpty());
}

TEST(Foresight, IsBounded) {
  Foresight foresight;
  for (std::size_t i = 0; i < Foresight::most_orders + 10; ++i) {
    foresight.note(look("/v1/" + std::to_string(i)));
    foresight.keep(look("/v1/" + std::to_string(i)), "");
  }
  EXPECT_EQ(foresight.find(look("/v1/" + std::to_string(Foresight::most_orders))), nullptr);
  foresight.turn_over();
  EXPECT_THAT(foresight.expected_below("/v1"), SizeIs(Foresight::most_orders));
  foresight.keep("a", std::string(Foresight::most_bytes - 10, 'x'));
  foresight.keep("b", std::string(10, 'x'));
  EXPECT_NE(foresight.find("a"), nullptr);
  EXPECT_EQ(foresight.find("b"), nullptr);
}

}  // namespace
}  // namespace imprint::appliance

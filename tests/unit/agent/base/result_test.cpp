#include "agent/base/result.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <memory>

namespace imprint {
namespace {

Result<int> half(int number) {
  if (number % 2 != 0) return make_error(Errc::invalid, "'{}' is odd", number);
  return number / 2;
}

Result<int> quarter(int number) {
  return TRY(half(TRY(half(number))));
}

Result<> check(int number) {
  TRY_WITH(half(number), "check");
  return {};
}

TEST(Result, HoldsAValueOrAnError) {
  EXPECT_EQ(half(4).value(), 2);
  ASSERT_FALSE(half(3));
  EXPECT_EQ(half(3).error().code, Errc::invalid);
  EXPECT_EQ(half(3).error().message, "'3' is odd");
}

TEST(Result, TryReturnsTheFirstError) {
  EXPECT_EQ(quarter(8).value(), 2);
  EXPECT_EQ(quarter(6).error().message, "'3' is odd");
}

TEST(Result, TryWithPutsTheContextBeforeTheMessageAndKeepsTheCode) {
  EXPECT_TRUE(check(2));
  EXPECT_EQ(check(1).error().code, Errc::invalid);
  EXPECT_EQ(check(1).error().message, "check: '1' is odd");
}

TEST(Result, MovesValuesThatCannotBeCopied) {
  Result<std::unique_ptr<int>> result = std::make_unique<int>(7);
  const std::unique_ptr<int> taken = std::move(result).value();
  EXPECT_EQ(*taken, 7);
}

TEST(SystemError, MapsTheNumbersThatCallersTellApart) {
  EXPECT_EQ(system_error(ENOENT, "x").code, Errc::not_found);
  EXPECT_EQ(system_error(EACCES, "x").code, Errc::denied);
  EXPECT_EQ(system_error(ENOSPC, "x").code, Errc::exhausted);
  EXPECT_EQ(system_error(EISDIR, "x").code, Errc::invalid);
  EXPECT_EQ(system_error(EIO, "x").code, Errc::unavailable);
  EXPECT_EQ(system_error(ENOENT, "file 'a'").message, "file 'a': No such file or directory");
}

TEST(Errc, HasAStableWordForEachCode) {
  EXPECT_EQ(to_string(Errc::not_found), "not_found");
  EXPECT_EQ(to_string(Errc::cancelled), "cancelled");
}

}  // namespace
}  // namespace imprint

#include "agent/base/guarded.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <new>
#include <stdexcept>
#include <system_error>

namespace imprint {
namespace {

template <class Thrown>
Error error_of(Thrown thrown) {
  const auto result = guarded([&]() -> Result<int> { throw thrown; });
  EXPECT_FALSE(result);
  return result.error();
}

TEST(Guarded, ReturnsWhatTheWorkReturns) {
  EXPECT_EQ(*guarded([]() -> Result<int> { return 7; }), 7);
  EXPECT_EQ(guarded([]() -> Result<> { return make_error(Errc::conflict, "busy"); }).error().code,
            Errc::conflict);
}

TEST(Guarded, CallsWhatTheHostIsShortOfExhausted) {
  EXPECT_EQ(error_of(std::bad_alloc{}).code, Errc::exhausted);
  EXPECT_EQ(error_of(std::system_error{EAGAIN, std::generic_category()}).code, Errc::exhausted);
}

TEST(Guarded, KeepsTheSystemsReason) {
  const Error error = error_of(std::system_error{EACCES, std::generic_category()});
  EXPECT_EQ(error.code, Errc::denied);
  EXPECT_THAT(error.message, testing::HasSubstr("Permission denied"));
}

TEST(Guarded, CallsAnythingElseAFaultOfTheProgram) {
  EXPECT_EQ(error_of(std::out_of_range{"at 7"}).code, Errc::internal);
  EXPECT_EQ(error_of(std::out_of_range{"at 7"}).message, "at 7");
  EXPECT_EQ(error_of(7).code, Errc::internal);
}

}  // namespace
}  // namespace imprint

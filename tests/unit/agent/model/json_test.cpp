#include "agent/model/json.h"

#include <gmock/gmock.h>

namespace imprint {
namespace {

using testing::HasSubstr;

std::string nested(int depth) {
  return std::string(static_cast<std::size_t>(depth), '[') +
         std::string(static_cast<std::size_t>(depth), ']');
}

TEST(JsonText, IsParsedStrictly) {
  EXPECT_EQ(parse_json(R"({"a": [1, null, "x"]})").value()["a"][2], "x");
  for (const std::string text : {"", " ", "{", "{\"a\":}", "[1,]", "{\"a\":1,}", "nul", "'a'",
                                 "{a:1}", "1 2", "01", "\"\x01\"", "// c\n1", "NaN", "\"\xff\"",
                                 "\"\xc0\xaf\"", "\"\xed\xa0\x80\"", "\"\\ud800\"", "1e999"}) {
    const auto json = parse_json(text);
    ASSERT_FALSE(json) << text;
    EXPECT_EQ(json.error().code, Errc::invalid);
    EXPECT_LT(json.error().message.size(), 300U);
  }
  EXPECT_FALSE(parse_json(std::string_view{"1\0", 2}));
}

TEST(JsonText, RefusesADuplicateKey) {
  const auto json = parse_json(R"({"a": {"b": 1, "b": 2}})");
  ASSERT_FALSE(json);
  EXPECT_THAT(json.error().message, HasSubstr("'b'"));
  EXPECT_TRUE(parse_json(R"({"a": {"b": 1}, "c": {"b": 2}})"))
      << "in another object it is another key";
}

TEST(JsonText, RefusesDepthWithoutEndingTheProgram) {
  EXPECT_TRUE(parse_json(nested(60)));
  EXPECT_FALSE(parse_json(nested(66)));
  EXPECT_FALSE(parse_json(std::string(5'000'000, '[')));
  std::string objects;
  for (int i = 0; i < 1'000'000; ++i) objects += "{\"a\":";
  EXPECT_FALSE(parse_json(objects));
}

TEST(JsonText, RefusesAnObjectWithSoManyKeysThatItWouldTakeLong) {
  std::string many = "{";
  for (int i = 0; i < 200'000; ++i) many += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\":0";
  const auto start = std::chrono::steady_clock::now();
  const auto json = parse_json(many + "}");
  ASSERT_FALSE(json);
  EXPECT_THAT(json.error().message, HasSubstr("keys"));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds{5});
}

TEST(JsonText, IsWrittenAlsoForBytesThatAreNoUtf8) {
  EXPECT_EQ(dump_json(Json("a\xff")), "\"a\xEF\xBF\xBD\"");
}

TEST(ObjectReaderOf, NamesTheFirstFaultWithItsPlace) {
  const Json json = {{"a", 1}, {"b", "x"}};
  ObjectReader reader{json, "disk"};
  reader.text("a");
  reader.integer("b");
  const auto read = reader.finish();
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, Errc::invalid);
  EXPECT_EQ(read.error().message, "disk.a: expected a text");
}

TEST(ObjectReaderOf, RefusesAKeyThatNobodyAskedFor) {
  const Json json = {{"a", "1"}, {"surprise", 2}};
  ObjectReader reader{json, ""};
  reader.text("a");
  EXPECT_EQ(reader.finish().error().message, "surprise: unknown key");
}

TEST(ObjectReaderOf, TellsAbsentFromEmpty) {
  const Json json = {{"empty", ""}, {"nothing", nullptr}};
  ObjectReader reader{json, ""};
  EXPECT_EQ(reader.optional_text("empty"), "");
  EXPECT_EQ(reader.optional_text("nothing"), std::nullopt);
  EXPECT_EQ(reader.optional_text("absent"), std::nullopt);
  EXPECT_EQ(reader.text_or("nothing", "x"), "x");
  EXPECT_TRUE(reader.finish());
  reader.text("nothing");
  EXPECT_EQ(reader.finish().error().message, "nothing: is required");
}

TEST(ObjectReaderOf, RefusesWhatIsNoObject) {
  for (const Json& json : {Json(nullptr), Json(1), Json("x"), Json::array({1})}) {
    ObjectReader reader{json, ""};
    EXPECT_EQ(reader.optional_text("a"), std::nullopt);
    EXPECT_TRUE(reader.items("b").empty());
    EXPECT_EQ(reader.finish().error().message, "body: expected an object");
  }
}

TEST(ObjectReaderOf, TakesWholeNumbersOfItsRangeOnly) {
  for (const Json& value :
       {Json(1.0), Json(1.5), Json("1"), Json(UINT64_MAX), Json(true), Json::array()}) {
    const Json json = {{"n", value}};
    ObjectReader reader{json, ""};
    reader.integer("n");
    EXPECT_FALSE(reader.finish()) << value.dump();
  }
  const Json json = {{"n", INT64_MAX}, {"m", INT64_MIN}};
  ObjectReader reader{json, ""};
  EXPECT_EQ(reader.integer("n"), INT64_MAX);
  EXPECT_EQ(reader.integer("m"), INT64_MIN);
  EXPECT_TRUE(reader.finish());
}

TEST(ObjectReaderOf, RefusesASizeBelowZero) {
  const Json json = {{"size", -1}};
  ObjectReader reader{json, "disk"};
  EXPECT_EQ(reader.size("size"), 0U);
  EXPECT_EQ(reader.finish().error().message, "disk.size: must not be negative");
}

TEST(ObjectReaderOf, RefusesANumberThatAnIntCannotHold) {
  const Json json = {{"cpus", std::int64_t{1} << 32}};
  ObjectReader reader{json, ""};
  reader.number("cpus");
  EXPECT_EQ(reader.finish().error().message, "cpus: is too large");
}

}  // namespace
}  // namespace imprint

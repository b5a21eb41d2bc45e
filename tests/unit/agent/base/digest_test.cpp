#include "agent/base/digest.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temp_folder.h"

namespace imprint {
namespace {

constexpr const char* of_nothing =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr const char* of_abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

TEST(Digest, MatchesTheExamplesOfTheStandard) {
  EXPECT_EQ(digest_of(""), of_nothing);
  EXPECT_EQ(digest_of("abc"), of_abc);
}

TEST(Digest, IsTheSameHoweverTheStreamIsCut) {
  Digester digester;
  for (const std::string_view part : {"a", "", "bc"})
    digester.update(std::as_bytes(std::span{part}));
  EXPECT_EQ(digester.finish(), of_abc);
}

TEST(Digest, OfAFileReadsAllOfIt) {
  const test::TempFolder folder;
  const std::string content(3 << 20, 'x');
  std::ofstream{folder / "file"} << content;
  EXPECT_EQ(digest_of_file(folder / "file").value(), digest_of(content));
  EXPECT_EQ(digest_of_file(folder / "none").error().code, Errc::not_found);
  EXPECT_EQ(digest_of_file(folder.path()).error().code, Errc::invalid);
}

}  // namespace
}  // namespace imprint

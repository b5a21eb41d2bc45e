#include "agent/base/passphrase.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "tests/support/temp_folder.h"

namespace imprint {
namespace {

class PassphraseFile : public testing::Test {
 protected:
  Result<std::string> read(const std::string& text) {
    std::ofstream{path_, std::ios::binary} << text;
    return read_passphrase(path_);
  }
  test::TempFolder folder_;
  std::filesystem::path path_ = folder_ / "key";
};

TEST_F(PassphraseFile, GivesItsFirstLine) {
  EXPECT_EQ(read("open sesame").value(), "open sesame");
  EXPECT_EQ(read("open sesame\nmore\n").value(), "open sesame");
  EXPECT_EQ(read("open sesame\r\n").value(), "open sesame");
  EXPECT_EQ(read(std::string(512, 'x') + "\n").value().size(), 512U);
}

TEST_F(PassphraseFile, IsRefusedWithoutBeingQuoted) {
  for (const std::string& text :
       {std::string{}, std::string{"\nsecret"}, std::string("secret\0more", 11),
        "secret" + std::string(600, 'x')}) {
    const auto passphrase = read(text);
    ASSERT_FALSE(passphrase);
    EXPECT_EQ(passphrase.error().code, Errc::invalid);
    EXPECT_EQ(passphrase.error().message.find("secret"), std::string::npos);
  }
}

TEST_F(PassphraseFile, MustBeAFile) {
  EXPECT_EQ(read_passphrase(folder_ / "none").error().code, Errc::not_found);
  EXPECT_FALSE(read_passphrase(folder_.path()));
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  EXPECT_FALSE(read_passphrase(path_));
}

}  // namespace
}  // namespace imprint

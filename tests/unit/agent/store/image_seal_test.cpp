#include "agent/store/image_seal.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temp_folder.h"

namespace imprint::store {
namespace {

struct ImageSeal : testing::Test {
  void SetUp() override {
    std::ofstream{image} << std::string(std::size_t{4} << 20, 'a');
    ASSERT_TRUE(seal_image(image));
  }
  void change(std::streamoff at, const std::string& bytes) const {
    std::fstream file{image, std::ios::in | std::ios::out | std::ios::binary};
    file.seekp(at);
    file << bytes;
  }
  /// As if the one who changed it had set the time back.
  void set_time_back() const { std::filesystem::last_write_time(image, before); }

  test::TempFolder folder;
  std::filesystem::path image = folder / "image.qcow2";
  std::filesystem::file_time_type before = std::filesystem::file_time_type::clock::now();
};

TEST_F(ImageSeal, PassesAFileThatIsAsItWas) {
  EXPECT_TRUE(check_seal(image));
}

TEST_F(ImageSeal, FindsAnotherTimeOfChange) {
  std::filesystem::last_write_time(image, before - std::chrono::hours{1});
  EXPECT_EQ(check_seal(image).error().code, Errc::corrupt);
}

TEST_F(ImageSeal, FindsChangedFirstAndLastBytesWhateverTheTimeSays) {
  set_time_back();
  ASSERT_TRUE(seal_image(image));
  for (const std::streamoff at : {std::streamoff{0}, (std::streamoff{4} << 20) - 1}) {
    change(at, "b");
    set_time_back();
    EXPECT_EQ(check_seal(image).error().code, Errc::corrupt) << at;
    change(at, "a");
    set_time_back();
    EXPECT_TRUE(check_seal(image)) << at;
  }
}

TEST_F(ImageSeal, PassesAFileThatWasNeverSealed) {
  std::filesystem::remove(seal_path(image));
  EXPECT_TRUE(check_seal(image));
}

TEST_F(ImageSeal, IsRemovedWithWhatAnInterruptedSealingLeft) {
  const std::filesystem::path unfinished = seal_path(image).string() + ".tmp";
  std::ofstream{unfinished} << "half";
  ASSERT_TRUE(remove_seal(image));
  EXPECT_FALSE(std::filesystem::exists(seal_path(image)));
  EXPECT_FALSE(std::filesystem::exists(unfinished));
  EXPECT_TRUE(remove_seal(image)) << "none is fine";
}

TEST_F(ImageSeal, IsMadeOnlyWhereThereIsNone) {
  std::filesystem::remove(seal_path(image));
  ASSERT_TRUE(seal_if_unsealed(image));
  EXPECT_TRUE(std::filesystem::exists(seal_path(image)));
  std::ofstream{image, std::ios::app} << "more";
  ASSERT_TRUE(seal_if_unsealed(image));
  EXPECT_EQ(check_seal(image).error().code, Errc::corrupt) << "a change is not sealed over";
}

}  // namespace
}  // namespace imprint::store

#include "guestfs/container/unpack.h"

#include <sys/stat.h>

#include "tests/unit/guestfs/container/images.h"

namespace imprint::container::test {
namespace {

using testing::HasSubstr;

class Packed : public testing::Test {
 protected:
  /// A disk of 8 MiB, most of it zeros, packed by the tool itself.
  std::filesystem::path pack(const std::vector<std::string>& tool, const std::string& suffix) {
    write_file(folder_ / "disk", mbr_disk(8));
    std::vector<std::string> arguments = tool;
    arguments.push_back(folder_ / "disk");
    run(arguments);
    return folder_ / ("disk" + suffix);
  }
  std::filesystem::path pack_with_gzip() { return pack({"gzip", "-k", "-f"}, ".gz"); }

  Result<std::uint64_t> unpack_it(const std::filesystem::path& path, UnpackLimits limits) {
    auto source = FileSource::open(path);
    const auto packing = packing_of(*source);
    EXPECT_TRUE(packing && *packing);
    return unpack(path, **packing, target_, limits);
  }

  TempFolder folder_;
  std::filesystem::path target_ = folder_ / "content";
  UnpackLimits enough_{.size = 1 << 30, .data = 1 << 30};
};

TEST_F(Packed, ByAnyOfTheFourToolsIsRestoredWithItsHoles) {
  for (const auto& [tool, suffix] :
       {std::pair{"gzip", ".gz"}, {"bzip2", ".bz2"}, {"xz", ".xz"}, {"zstd", ".zst"}}) {
    const auto path = pack({tool, "-k", "-f", "-q"}, suffix);
    const auto size = unpack_it(path, enough_);
    ASSERT_TRUE(size) << tool << ": " << size.error().message;
    EXPECT_EQ(*size, 8U << 20);
    EXPECT_EQ(read_image(target_), mbr_disk(8)) << tool;
    struct stat info {};
    ASSERT_EQ(::stat(target_.c_str(), &info), 0);
    EXPECT_LT(info.st_blocks * 512, 1 << 20) << "zeros take space";
  }
}

TEST_F(Packed, IsFoundByItsBytesAndNotByItsName) {
  write_file(folder_ / "disk.gz", mbr_disk());
  auto source = FileSource::open(folder_ / "disk.gz");
  EXPECT_EQ(packing_of(*source).value(), std::nullopt);
}

TEST_F(Packed, InSeveralPiecesOneBehindTheOtherIsOneDisk) {
  const Image piece = read_image(pack_with_gzip());
  Image both = piece;
  both.insert(both.end(), piece.begin(), piece.end());
  write_file(folder_ / "both.gz", both);
  EXPECT_EQ(unpack_it(folder_ / "both.gz", enough_).value(), 16U << 20);
}

TEST_F(Packed, AsABombIsStoppedAtEitherLimitAndLeavesNothing) {
  const auto path = pack_with_gzip();
  for (const UnpackLimits limits : {UnpackLimits{.size = 1 << 20, .data = 1 << 30},
                                    UnpackLimits{.size = 1 << 30, .data = 1000}}) {
    const auto size = unpack_it(path, limits);
    ASSERT_FALSE(size);
    EXPECT_EQ(size.error().code, Errc::exhausted);
    EXPECT_EQ(std::filesystem::file_size(target_), 0U);
  }
}

TEST_F(Packed, ButCutShortOrDamagedIsRefused) {
  for (const auto& [tool, suffix] :
       {std::pair{"gzip", ".gz"}, {"bzip2", ".bz2"}, {"xz", ".xz"}, {"zstd", ".zst"}}) {
    const auto path = pack({tool, "-k", "-f", "-q"}, suffix);
    Image image = read_image(path);
    image.resize(image.size() / 2);
    write_file(path, image);
    const auto size = unpack_it(path, enough_);
    ASSERT_FALSE(size) << tool;
    EXPECT_EQ(size.error().code, Errc::corrupt) << tool;
    EXPECT_THAT(size.error().message, HasSubstr(tool));
  }
}

TEST_F(Packed, TwiceIsUnpackedOnce) {
  const auto inner = pack_with_gzip();
  run({"xz", "-k", inner});
  ASSERT_TRUE(unpack_it(folder_ / "disk.gz.xz", enough_));
  EXPECT_EQ(read_image(target_), read_image(inner));
}

}  // namespace
}  // namespace imprint::container::test

#include <gmock/gmock.h>
#include <sys/stat.h>

#include "agent/base/atomic_file.h"
#include "agent/base/digest.h"
#include "tests/unit/agent/store/disk_fixture.h"

namespace imprint::test {
namespace {

using testing::HasSubstr;

class StoredImagesOf : public DiskFixture {
 protected:
  JobId job_ = JobId::generate();
};

TEST_F(StoredImagesOf, MovesAQcow2InUnderItsDigest) {
  const auto path = incoming(job_);
  const auto digest = digest_of_file(path).value();
  const auto stored = volumes_.adopt_image(path, ImageFormat::qcow2, {}, {});
  ASSERT_TRUE(stored) << stored.error().message;
  EXPECT_EQ(stored->digest.hex(), digest);
  EXPECT_EQ(stored->virtual_size, 8U << 20);
  const auto file = volumes_.image_path(stored->digest);
  EXPECT_EQ(file, paths_.images() / ("sha256-" + digest + ".qcow2"));
  EXPECT_EQ(std::filesystem::file_size(file), stored->file_size);
  EXPECT_EQ(std::filesystem::status(file).permissions(), std::filesystem::perms{0444});
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_TRUE(volumes_.probe_image(stored->digest, stored->file_size));
  EXPECT_TRUE(volumes_.verify_image(stored->digest, {}));
}

TEST_F(StoredImagesOf, ReadsAgainOnlyWhatHasChangedSinceItWasHashed) {
  // A digest that is not the file's shows whether the file was read.
  const Sha256 told = Sha256::parse(digest_of("told")).value();
  const auto path = incoming(job_);
  const Hashed hashed{told, volumes_.seal_of(path).value()};
  const auto stored = volumes_.adopt_image(path, ImageFormat::qcow2, hashed, {});
  ASSERT_TRUE(stored) << stored.error().message;
  EXPECT_EQ(stored->digest, told);

  const auto changed = incoming(JobId::generate());
  const Hashed before{told, volumes_.seal_of(changed).value()};
  write_guest_data(changed.string(), "9");
  const auto digest = digest_of_file(changed).value();
  EXPECT_EQ(volumes_.adopt_image(changed, ImageFormat::qcow2, before, {})->digest.hex(), digest);

  const auto raw = incoming(JobId::generate(), ImageFormat::raw);
  const Hashed of_raw{told, volumes_.seal_of(raw).value()};
  EXPECT_NE(volumes_.adopt_image(raw, ImageFormat::raw, of_raw, {})->digest, told)
      << "what is converted has another digest than what came";
}

TEST_F(StoredImagesOf, ConvertsRawAndLeavesHolesOut) {
  const auto path = incoming(job_, ImageFormat::raw);
  std::filesystem::resize_file(path, std::uint64_t{4} << 30);
  const auto stored = volumes_.adopt_image(path, ImageFormat::raw, {}, {});
  ASSERT_TRUE(stored) << stored.error().message;
  EXPECT_EQ(stored->virtual_size, std::uint64_t{4} << 30);
  EXPECT_LT(stored->file_size, 2U << 20);
  const auto file = volumes_.image_path(stored->digest);
  EXPECT_EQ(digest_of_file(file).value(), stored->digest.hex());
  EXPECT_TRUE(reads_guest_data(file.string(), "7"));
  EXPECT_FALSE(info(file).contains("backing-filename"));
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(StoredImagesOf, ConvertsEveryOtherFormat) {
  for (const auto format : {ImageFormat::vmdk, ImageFormat::vhd, ImageFormat::vhdx}) {
    const auto path = incoming(JobId::generate(), format);
    const auto stored = volumes_.adopt_image(path, format, {}, {});
    ASSERT_TRUE(stored) << stored.error().message;
    EXPECT_GE(stored->virtual_size, 8U << 20);
    const auto file = volumes_.image_path(stored->digest);
    EXPECT_TRUE(reads_guest_data(file.string(), "7")) << to_string(format);
    EXPECT_FALSE(std::filesystem::exists(path));
  }
}

TEST_F(StoredImagesOf, ForgetsWhatWasUnpackedWithTheDownload) {
  const auto path = incoming(job_);
  const auto unpacked = volumes_.prepare_unpacked(job_).value();
  std::filesystem::copy(path, unpacked);
  ASSERT_TRUE(volumes_.adopt_image(unpacked, ImageFormat::qcow2, {}, {}));
  ASSERT_TRUE(volumes_.discard_incoming(job_));
  EXPECT_TRUE(names_in(paths_.incoming()).empty());
}

TEST_F(StoredImagesOf, AnswersTheSameWhenItIsAskedAgain) {
  for (const auto format : {ImageFormat::qcow2, ImageFormat::raw}) {
    const JobId job = JobId::generate();
    const auto path = incoming(job, format);
    const auto first = volumes_.adopt_image(path, format, {}, {});
    ASSERT_TRUE(first) << first.error().message;
    const auto again = volumes_.adopt_image(path, format, {}, {});
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(again->digest, first->digest);
    EXPECT_EQ(again->virtual_size, first->virtual_size);
    ASSERT_TRUE(volumes_.discard_incoming(job));
  }
  EXPECT_TRUE(names_in(paths_.incoming()).empty());
}

TEST_F(StoredImagesOf, TellsWhichImageItWasMakingWhenItFailed) {
  const auto path = incoming(job_);
  EXPECT_EQ(volumes_.noted_image(path).value(), std::nullopt);
  const auto digest = Sha256::parse(digest_of_file(path).value()).value();
  const auto image = volumes_.image_path(digest);
  std::filesystem::create_directory(image.string() + ".seal.tmp");  // in the way of its seal
  ASSERT_FALSE(volumes_.adopt_image(path, ImageFormat::qcow2, {}, {}));
  ASSERT_TRUE(std::filesystem::exists(image));
  const auto noted = volumes_.noted_image(path).value();
  ASSERT_TRUE(noted);
  EXPECT_EQ(noted->digest, digest);
}

TEST_F(StoredImagesOf, KeepsOneFileForTheSameBytes) {
  const auto path = incoming(job_);
  const JobId second = JobId::generate();
  const auto copy = volumes_.prepare_incoming(second).value();
  std::filesystem::copy_file(path, copy);
  const auto a = volumes_.adopt_image(path, ImageFormat::qcow2, {}, {});
  const auto b = volumes_.adopt_image(copy, ImageFormat::qcow2, {}, {});
  ASSERT_TRUE(a);
  ASSERT_TRUE(b);
  EXPECT_EQ(a->digest, b->digest);
  EXPECT_EQ(names_in(paths_.images()).size(), 2U) << "one image and its seal";
  EXPECT_FALSE(std::filesystem::exists(copy));
}

TEST_F(StoredImagesOf, RefusesAFileThatRefersToAnother) {
  const auto base = temp_ / "base.qcow2";
  tool({"qemu-img", "create", "-q", "-f", "qcow2", base.string(), "8M"});
  const auto path = volumes_.prepare_incoming(job_).value();
  tool({"qemu-img", "create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", base.string(),
        path.string()});
  const auto stored = volumes_.adopt_image(path, ImageFormat::qcow2, {}, {});
  ASSERT_FALSE(stored);
  EXPECT_EQ(stored.error().code, Errc::invalid);
  EXPECT_THAT(stored.error().message, HasSubstr(base.string()));
  EXPECT_TRUE(names_in(paths_.images()).empty());
}

TEST_F(StoredImagesOf, RefusesWhatIsNoQcow2) {
  const auto path = volumes_.prepare_incoming(job_).value();
  std::ofstream{path} << std::string(100'000, 'x');
  EXPECT_EQ(volumes_.adopt_image(path, ImageFormat::qcow2, {}, {}).error().code, Errc::corrupt);
  EXPECT_TRUE(names_in(paths_.images()).empty());
}

TEST_F(StoredImagesOf, RefusesFilesFromElsewhereAndMissingOnes) {
  const auto elsewhere = temp_ / "mine.qcow2";
  tool({"qemu-img", "create", "-q", "-f", "qcow2", elsewhere.string(), "8M"});
  EXPECT_EQ(volumes_.adopt_image(elsewhere, ImageFormat::qcow2, {}, {}).error().code,
            Errc::invalid);
  EXPECT_TRUE(std::filesystem::exists(elsewhere));
  const auto missing = volumes_.prepare_incoming(job_).value();
  EXPECT_EQ(volumes_.adopt_image(missing, ImageFormat::qcow2, {}, {}).error().code,
            Errc::not_found);
  std::filesystem::create_symlink(elsewhere, missing);
  EXPECT_EQ(volumes_.adopt_image(missing, ImageFormat::qcow2, {}, {}).error().code, Errc::invalid);
}

TEST_F(StoredImagesOf, LeaveNothingOfACancelledConversion) {
  const auto path = incoming(job_, ImageFormat::raw);
  const auto stored = volumes_.adopt_image(path, ImageFormat::raw, {}, [] { return true; });
  ASSERT_FALSE(stored);
  EXPECT_EQ(stored.error().code, Errc::cancelled);
  EXPECT_EQ(names_in(paths_.incoming()), std::vector<std::string>{path.filename().string()});
  EXPECT_TRUE(names_in(paths_.images()).empty());
}

TEST_F(StoredImagesOf, TellWhenTheyAreDamagedOrGone) {
  const Image image = adopted_image();
  const auto file = volumes_.image_path(image.digest);
  EXPECT_EQ(volumes_.probe_image(image.digest, image.file_size + 1).error().code, Errc::corrupt);
  std::filesystem::permissions(file, std::filesystem::perms{0600});
  std::fstream{file, std::ios::in | std::ios::out | std::ios::binary}.seekp(5000).write("!", 1);
  EXPECT_EQ(volumes_.probe_image(image.digest, image.file_size).error().code, Errc::corrupt)
      << "it was sealed";
  EXPECT_EQ(volumes_.verify_image(image.digest, {}).error().code, Errc::corrupt);
  EXPECT_TRUE(volumes_.remove_image(image.digest));
  EXPECT_TRUE(volumes_.remove_image(image.digest)) << "nothing there is fine";
  EXPECT_EQ(volumes_.probe_image(image.digest, image.file_size).error().code, Errc::corrupt);
  EXPECT_EQ(volumes_.verify_image(image.digest, {}).error().code, Errc::corrupt);
  EXPECT_TRUE(names_in(paths_.images()).empty());
}

TEST_F(StoredImagesOf, AFullReadingSealsAnewWhatWasOnlyTouched) {
  const Image image = adopted_image();
  const auto file = volumes_.image_path(image.digest);
  std::filesystem::last_write_time(file, std::filesystem::file_time_type::clock::now());
  EXPECT_EQ(volumes_.probe_image(image.digest, image.file_size).error().code, Errc::corrupt);
  EXPECT_EQ(volumes_.verify_image(image.digest, [] { return true; }).error().code, Errc::cancelled);
  EXPECT_TRUE(volumes_.verify_image(image.digest, {}));
  EXPECT_TRUE(volumes_.probe_image(image.digest, image.file_size));
}

TEST_F(StoredImagesOf, AreListedWithAllOtherFiles) {
  const Image image = adopted_image();
  const auto files = volumes_.stored_files();
  ASSERT_TRUE(files);
  EXPECT_THAT(*files, testing::Contains(volumes_.image_path(image.digest)));
  EXPECT_TRUE(std::ranges::is_sorted(*files));
}

TEST_F(StoredImagesOf, PrepareAFreshName) {
  const auto path = volumes_.prepare_incoming(job_).value();
  EXPECT_TRUE(path.is_absolute());
  std::ofstream{path} << "left over";
  EXPECT_EQ(volumes_.prepare_incoming(job_).value(), path);
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_TRUE(volumes_.discard_incoming(job_)) << "nothing there is fine";
}

}  // namespace
}  // namespace imprint::test

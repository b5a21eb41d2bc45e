#include "guestfs/inspect/report_image.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "agent/base/digest.h"
#include "guestfs/profiles/load_profile.h"
#include "tests/support/temp_folder.h"

namespace imprint::inspect {
namespace {

namespace fs = std::filesystem;

struct ReportOfAnImage : testing::Test {
  ReportOfAnImage() {
    std::ofstream{image} << bytes;
    std::ofstream{companion} << bytes;
    task.image = image;
    task.profiles = profiles::load_profiles("generic").value();
    task.today = "2026-06-30";
  }

  /// The report, where this happens while the image is read and nothing is found.
  ImageReport report(const std::function<void()>& meanwhile) {
    return report_image(task, [&](Ledger& ledger, ImageReport&) {
      meanwhile();
      ledger.answered("disk.");
    });
  }

  void expect_changed(const ImageReport& report, const fs::path& file) {
    EXPECT_EQ(report.verdict, Verdict::undetermined);
    EXPECT_EQ(report.sha256, "");
    ASSERT_FALSE(report.undetermined.empty());
    EXPECT_NE(report.undetermined.back().reason.find("'" + file.string() + "' was changed"),
              std::string::npos)
        << report.undetermined.back().reason;
  }

  const std::string bytes = std::string(4096, 'x');
  test::TempFolder folder;
  const fs::path image = folder / "image";
  const fs::path companion = folder / "companion";
  Task task;
};

TEST_F(ReportOfAnImage, HasTheDigestOfTheBytesThatWereRead) {
  EXPECT_EQ(report([] {}).sha256, digest_of(bytes));
}

TEST_F(ReportOfAnImage, IsOpenWhereTheImageGrewOrShrankMeanwhile) {
  expect_changed(report([&] { std::ofstream{image, std::ios::app} << "y"; }), image);
  expect_changed(report([&] { fs::resize_file(image, 100); }), image);
}

TEST_F(ReportOfAnImage, IsOpenWhereTheImageWasWrittenToAndItsTimeSetBack) {
  struct stat info {};
  ASSERT_EQ(::stat(image.c_str(), &info), 0);
  const auto overwrite = [&] {
    std::fstream{image} << "y";
    const struct timespec times[] = {info.st_atim, info.st_mtim};
    ASSERT_EQ(::utimensat(AT_FDCWD, image.c_str(), times, 0), 0);
  };
  expect_changed(report(overwrite), image);
}

TEST_F(ReportOfAnImage, IsOpenWhereTheImageWentOrAnotherTookItsName) {
  const auto replace = [&] {
    std::ofstream{folder / "other"} << bytes;
    fs::rename(folder / "other", image);
  };
  expect_changed(report(replace), image);
  expect_changed(report([&] { fs::remove(image); }), image);
}

TEST_F(ReportOfAnImage, IsOpenWhereALinkToItWasTurnedToAnother) {
  task.image = folder / "link";
  fs::create_symlink(image, task.image);
  const auto turn = [&] {
    fs::remove(task.image);
    fs::create_symlink(companion, task.image);
  };
  expect_changed(report(turn), task.image);
}

TEST_F(ReportOfAnImage, IsOpenWhereACompanionWasChangedMeanwhile) {
  task.companions = {companion};
  expect_changed(report([&] { std::fstream{companion} << "y"; }), companion);
}

}  // namespace
}  // namespace imprint::inspect

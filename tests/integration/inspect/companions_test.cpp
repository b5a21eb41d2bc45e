// Machines with more than one disk, and with disks that only a passphrase opens, through the real
// worker and appliance.

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "agent/base/command.h"
#include "agent/model/json.h"
#include "guestfs/inspect/appliance_cache.h"
#include "guestfs/inspect/worker_inspector.h"
#include "tests/support/temp_folder.h"

namespace imprint::inspect {
namespace {

class TwoDisks : public testing::Test {
 protected:
  void build(const std::string& kind) {
    Command command;
    command.arguments = {IMPRINT_BUILD_IMAGE, kind, image_.string()};
    command.environment = {"LIBGUESTFS_PATH=" + prepare_appliance(IMPRINT_TEST_CACHE)->string(),
                           "LIBGUESTFS_BACKEND=direct", "LIBGUESTFS_BACKEND_SETTINGS=force_tcg",
                           "TMPDIR=" + folder_.path().string(),
                           "LIBGUESTFS_CACHEDIR=" + folder_.path().string()};
    command.time_limit = std::chrono::minutes{10};
    const auto built = run_checked(command);
    ASSERT_TRUE(built) << built.error().message;
  }

  ImageReport inspect(const std::vector<std::filesystem::path>& companions,
                      const std::string& passphrase = {}) {
    WorkerInspector inspector{{IMPRINT_TEST_WORKER, IMPRINT_TEST_CACHE}};
    Inspection inspection;
    inspection.image = image_;
    inspection.declared_format = "raw";
    inspection.time_limit = std::chrono::minutes{10};
    inspection.companions = companions;
    inspection.passphrase = passphrase;
    auto report = inspector.inspect(inspection);
    EXPECT_TRUE(report) << report.error().message;
    return report ? *std::move(report) : ImageReport{};
  }

  std::filesystem::path write_manifest() {
    const auto path = folder_ / "disks.toml";
    std::ofstream{path} << "[[disk]]\nname = \"data\"\n[[disk.volume]]\n"
                           "uuid = \"5e1d0a44-3b1c-4c7e-9d55-0123456789ac\"\ntype = \"ext4\"\n";
    return path;
  }

  static bool has(const ImageReport& report, const std::string& rule) {
    return std::ranges::find(report.findings, rule, &Finding::rule) != report.findings.end();
  }
  static std::string text_of(const ImageReport& report) { return dump_json(to_json(report), 1); }

  test::TempFolder folder_;
  std::filesystem::path image_ = folder_ / "disk.raw";
  std::filesystem::path second_ = folder_ / "disk.raw.second";
};

TEST_F(TwoDisks, ARootOverBothIsJudgedWithBothAlone) {
  build("lvm-over-disks");
  const ImageReport alone = inspect({});
  EXPECT_EQ(alone.verdict, Verdict::rejected) << text_of(alone);
  EXPECT_TRUE(has(alone, "fs.multi-disk-root")) << text_of(alone);
  const ImageReport both = inspect({second_});
  EXPECT_EQ(both.verdict, Verdict::accepted) << text_of(both);
  EXPECT_FALSE(has(both, "fs.multi-disk-root"));
  EXPECT_EQ(both.guest.id, "debian");
}

TEST_F(TwoDisks, AFileSystemOfTheOtherIsThereAsADiskOrAsAPromise) {
  build("data-disk");
  const ImageReport alone = inspect({});
  EXPECT_EQ(alone.verdict, Verdict::rejected) << text_of(alone);
  EXPECT_TRUE(has(alone, "fstab.device-not-in-image"));
  const ImageReport both = inspect({second_});
  EXPECT_EQ(both.verdict, Verdict::accepted) << text_of(both);
  const ImageReport promised = inspect({write_manifest()});
  EXPECT_EQ(promised.verdict, Verdict::accepted) << text_of(promised);
  EXPECT_TRUE(has(promised, "fs.promised-disk")) << text_of(promised);
}

TEST_F(TwoDisks, WhatIsEncryptedIsJudgedWithThePassphrase) {
  build("luks");
  const ImageReport closed = inspect({});
  EXPECT_EQ(closed.verdict, Verdict::undetermined) << text_of(closed);
  const ImageReport wrong = inspect({}, "close sesame");
  EXPECT_EQ(wrong.verdict, Verdict::undetermined) << text_of(wrong);
  ASSERT_FALSE(wrong.undetermined.empty());
  EXPECT_NE(wrong.undetermined[0].reason.find("passphrase does not open"), std::string::npos)
      << wrong.undetermined[0].reason;
  const ImageReport open = inspect({}, "open sesame");
  EXPECT_EQ(open.verdict, Verdict::accepted) << text_of(open);
  EXPECT_EQ(open.guest.id, "debian");
  for (const ImageReport* report : {&closed, &wrong, &open})
    EXPECT_EQ(text_of(*report).find("sesame"), std::string::npos);
}

}  // namespace
}  // namespace imprint::inspect
